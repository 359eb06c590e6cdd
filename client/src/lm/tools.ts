import {
  Disposable,
  l10n,
  LanguageModelTextPart,
  LanguageModelToolResult,
  lm,
  MarkdownString,
  Uri,
  workspace,
  type CancellationToken,
  type LanguageModelTool,
} from 'vscode';
import { explainRule, lintFiles } from '../../../server/src/lsp/protocol';
import type { ServerLifecycle } from '../server/lifecycle';

/** Registers the tools for chat agents, where the editor has them. They read, and change nothing. */
export function registerTools(server: ServerLifecycle): Disposable {
  // The API is newer than some editors that are built from the same sources.
  if (typeof (lm as Partial<typeof lm> | undefined)?.registerTool !== 'function') return Disposable.from();
  return Disposable.from(
    lm.registerTool('immutableInfra_lintFile', lintTool(server)),
    lm.registerTool('immutableInfra_explainRule', explainTool(server)),
  );
}

function lintTool(server: ServerLifecycle): LanguageModelTool<{ readonly path?: unknown }> {
  return {
    prepareInvocation: ({ input }) => ({
      invocationMessage: new MarkdownString(l10n.t('Linting {0}', String(input.path))),
    }),
    invoke: async ({ input }, token) => text(await lint(server, input.path, token)),
  };
}

async function lint(server: ServerLifecycle, path: unknown, token: CancellationToken): Promise<string> {
  const uri = typeof path === 'string' ? await fileOfWorkspace(path) : undefined;
  if (!uri) return 'Give the path of a file in the workspace, relative to its folder.';
  const { files } = await server.request(lintFiles, { uris: [uri.toString()] }, token);
  const [file] = files;
  if (!file || file.kind === null) return 'This is not an infrastructure file that Immutable Infra knows.';
  if (file.findings.length === 0) return `No findings (checked as ${file.kind}).`;
  return file.findings
    .map(({ rule, severity, message, range, fix }) => {
      const line = range.start.line + 1;
      return `Line ${line}: ${severity} ${rule}: ${message}${fix === undefined ? '' : ` (fix: ${fix})`}`;
    })
    .join('\n');
}

/** Only files of the workspace: a tool must not be talked into reading others. Of several folders, the first that has it. */
async function fileOfWorkspace(path: string): Promise<Uri | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  const isAbsolute = path.startsWith('/') || /^[a-z]:[\\/]/i.test(path);
  const candidates = isAbsolute ? [Uri.file(path)] : folders.map(({ uri }) => Uri.joinPath(uri, path));
  const inside = candidates.filter((uri) => workspace.getWorkspaceFolder(uri) !== undefined);
  for (const uri of inside) if (await isThere(uri)) return uri;
  return inside[0];
}

async function isThere(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

function explainTool(server: ServerLifecycle): LanguageModelTool<{ readonly rule?: unknown }> {
  return {
    prepareInvocation: ({ input }) => ({
      invocationMessage: new MarkdownString(l10n.t('Reading about {0}', String(input.rule))),
    }),
    invoke: async ({ input }, token) => {
      const page =
        typeof input.rule === 'string' ? await server.request(explainRule, { rule: input.rule }, token) : null;
      return text(page?.markdown ?? 'There is no such rule. Rules are named family/name.');
    },
  };
}

function text(value: string): LanguageModelToolResult {
  return new LanguageModelToolResult([new LanguageModelTextPart(value)]);
}
