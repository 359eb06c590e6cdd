// Stands in for `@vscode/fs-copyfile`, which the Git extension uses to copy files into work trees.
const { copyFile, cp } = require('node:fs/promises');

module.exports = { copyFile, cp };
