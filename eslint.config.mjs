import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Everything under server/src but lsp and node runs in a web worker: no Node, no VS Code. */
const PORTABLE = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [{ group: ['node:*', 'vscode', 'vscode-*'], message: 'This code also runs in a web worker.' }],
    },
  ],
  'no-restricted-globals': ['error', 'process', 'Buffer', '__dirname', '__filename', 'require', 'window', 'document'],
};

export default tseslint.config(
  { ignores: ['node_modules', 'dist', '.tsbuild', 'test-results', 'coverage', 'examples', 'test/**/fixtures'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'server/tsconfig.json',
          'server/tsconfig.node.json',
          'server/tsconfig.lsp.json',
          'cli/tsconfig.json',
          'client/tsconfig.json',
          'release/tsconfig.json',
          'test/tsconfig.json',
          'test/vscode/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers in messages are what they are meant for.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `noUncheckedIndexedAccess` makes most of these necessary, and tolerant parsers check what types already say.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `return report(…)` ends a branch; nobody takes its value.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Strings are spread by code point on purpose: Terraform's functions count those.
      '@typescript-eslint/no-misused-spread': ['error', { allow: [{ from: 'lib', name: 'string' }, 'string'] }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A parser is a loop until something is found.
      'no-constant-condition': ['error', { checkLoops: false }],
      // Text from files is cleaned of control characters, so they stand in patterns.
      'no-control-regex': 'off',
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'readonly', require: 'readonly' } } },
  { files: ['server/src/**/*.ts'], ignores: ['server/src/lsp/**', 'server/src/node/**'], rules: PORTABLE },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        URL: 'readonly',
        URLSearchParams: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
      },
    },
  },
);
