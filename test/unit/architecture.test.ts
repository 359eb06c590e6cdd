import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

interface Import {
  /** Source file, relative to the repository. */
  readonly from: string;
  /** Relative to the repository for our own files, else the name of the package. */
  readonly to: string;
  readonly isOwn: boolean;
}

/**
 * What each part may import: prefixes of our own paths, and packages. The first entry that is a prefix of a file holds
 * for it. (architecture.md, "The house")
 */
const PARTS: readonly {
  readonly path: string;
  readonly own: readonly string[];
  readonly packages: readonly string[];
}[] = [
  { path: 'server/src/core/', own: ['server/src/core/'], packages: ['picomatch'] },
  {
    path: 'server/src/lang/',
    own: ['server/src/core/', 'server/src/lang/'],
    packages: ['yaml', 'unbash', 'jsonc-parser'],
  },
  {
    path: 'server/src/model/',
    own: ['server/src/core/', 'server/src/lang/', 'server/src/model/'],
    packages: [],
  },
  {
    path: 'server/src/rules/index.gen.ts',
    own: ['server/src/model/facts', 'server/src/rules/'],
    packages: [],
  },
  // Rules read the trees that the model hands them, so they know the types and helpers of lang, never its parsers.
  { path: 'server/src/rules/', own: ['server/src/core/', 'server/src/lang/', 'server/src/model/'], packages: [] },
  {
    path: 'server/src/workspace/',
    own: ['server/src/core/', 'server/src/lang/', 'server/src/model/', 'server/src/workspace/'],
    packages: ['yaml', 'jsonc-parser', 'picomatch'],
  },
  // What Node gives to the parts that are injected: connections, programs, files.
  {
    path: 'server/src/node/',
    own: ['server/src/node/', 'server/src/workspace/'],
    packages: ['node:', 'yaml', 'ajv', 'ulid', 'picomatch'],
  },
  {
    path: 'server/src/lsp/',
    own: ['server/src/'],
    packages: [
      'node:',
      'vscode-languageserver',
      'vscode-languageserver-protocol',
      'vscode-languageserver-textdocument',
    ],
  },
  { path: 'cli/src/', own: ['cli/src/', 'server/src/', 'release/src/'], packages: ['node:', 'ignore', 'sarif'] },
  // A proposal for a pipeline is guessed from the same trees that the rules read. Pure, so that editors can use it.
  {
    path: 'release/src/detect/',
    own: ['release/src/detect/', 'server/src/lang/'],
    packages: ['yaml'],
  },
  {
    path: 'release/src/',
    own: ['release/src/', 'server/src/workspace/linter', 'server/src/workspace/digests/', 'server/src/node/'],
    packages: ['node:', 'yaml', 'ajv', 'ulid', 'picomatch'],
  },
  // What is there before the delivery half is loaded runs in a browser too.
  ...['frame.ts', 'virtual-files.ts', 'command-table.ts', 'l10n.ts'].map((name) => ({
    path: `client/src/release/${name}`,
    own: ['client/src/'],
    packages: ['vscode'],
  })),
  {
    path: 'client/src/release/',
    own: [
      'client/src/',
      'server/src/lsp/protocol',
      'release/src/',
      // Small and pure: what the server finds for the checklist is judged where it is shown.
      'server/src/workspace/checklist/evaluate',
      'server/src/workspace/checklist/markdown',
      'server/src/workspace/checklist/facts',
    ],
    packages: ['vscode', 'node:'],
  },
  {
    path: 'client/src/',
    own: ['client/src/', 'server/src/lsp/protocol'],
    packages: ['vscode', 'vscode-languageclient'],
  },
];

const folders = ['server/src', 'cli/src', 'release/src', 'client/src'].filter((folder) =>
  existsSync(join(ROOT, folder)),
);
const sources = folders.flatMap((directory) =>
  readdirSync(join(ROOT, directory), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => slashed(relative(ROOT, join(entry.parentPath, entry.name)))),
);
const imports = sources.flatMap((from) =>
  importsOf(from, readFileSync(join(ROOT, from), 'utf8')).map((specifier): Import => {
    const isOwn = specifier.startsWith('.');
    return { from, to: isOwn ? slashed(join(dirname(from), specifier)) : specifier, isOwn };
  }),
);

function slashed(path: string): string {
  return path.split(sep).join('/');
}

/** Every module that a text names, in imports of any form, type imports included. */
function importsOf(path: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier)
      add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isCallExpression(node)) {
      const isImport =
        node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(node.expression) && node.expression.text === 'require');
      if (isImport && node.arguments[0]) add(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  const add = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    else found.push('(not a literal)');
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022));
  return found;
}

function partOf(file: string): (typeof PARTS)[number] | undefined {
  return PARTS.find((part) => file.startsWith(part.path));
}

function isAllowed({ from, to, isOwn }: Import): boolean {
  const part = partOf(from);
  if (!part) return false;
  if (isOwn) return part.own.some((prefix) => to.startsWith(prefix) || `${to}/` === prefix);
  return part.packages.some((name) =>
    name.endsWith(':') ? to.startsWith(name) : to === name || to.startsWith(`${name}/`),
  );
}

describe('the import direction', () => {
  it('is looked at in every source file', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(sources.length);
    expect(sources.filter((source) => !partOf(source))).toEqual([]);
  });

  it('is kept', () => {
    const wrong = imports.filter((one) => !isAllowed(one)).map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it('keeps Node and VS Code out of what runs in a web worker', () => {
    const portable = imports.filter(
      ({ from }) => from.startsWith('server/src/') && !/^server\/src\/(?:lsp|node)\//.test(from),
    );
    expect(portable.filter(({ to, isOwn }) => !isOwn && /^(?:node:|vscode)/.test(to))).toEqual([]);
  });

  it('keeps rules apart from each other and from parsers', () => {
    const rules = imports.filter(({ from }) => from.startsWith('server/src/rules/') && !from.endsWith('index.gen.ts'));
    expect(rules.length).toBeGreaterThan(0);
    const parsers = /^server\/src\/lang\/(?:[a-z]+\/)?(?:parse|yaml|json|from-json|detect)$/;
    expect(rules.filter(({ to }) => to.startsWith('server/src/rules/') || parsers.test(to))).toEqual([]);
  });

  it('would notice', () => {
    const forbidden: [string, string, boolean][] = [
      ['server/src/core/a.ts', 'server/src/lang/b', true],
      ['server/src/lang/a.ts', 'server/src/model/b', true],
      ['server/src/model/a.ts', 'server/src/workspace/b', true],
      ['server/src/rules/x/a.ts', 'server/src/workspace/b', true],
      ['server/src/core/a.ts', 'node:fs', false],
      ['cli/src/a.ts', 'client/src/b', true],
      ['client/src/a.ts', 'server/src/core/b', true],
    ];
    for (const [from, to, isOwn] of forbidden) expect(isAllowed({ from, to, isOwn })).toBe(false);
    expect(isAllowed({ from: 'server/src/lang/a.ts', to: 'server/src/core/b', isOwn: true })).toBe(true);
    expect(
      importsOf('x.ts', "import type { A } from 'a'; export * from './b'; type C = import('c').C; await import('d');"),
    ).toEqual(['a', './b', 'c', 'd']);
  });
});
