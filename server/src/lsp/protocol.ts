import type { FixLevel, Severity } from '../core/finding';
import type { SeenSign } from '../workspace/checklist/facts';

/**
 * What the client and the language server say to each other beyond the Language Server Protocol. Types and names only:
 * the client bundles this file, so nothing of the engine may come with it. Positions are LSP positions (zero-based,
 * UTF-16). Every method lives below `immutableInfra/`; a server asks the client only for what the client announced in
 * its `initializationOptions`.
 */

/** `source` of every diagnostic. Stable: `git.diagnosticsCommitHook` and problem matchers name it. */
export const DIAGNOSTIC_SOURCE = 'immutable';

/** The code action kind of "fix all safe problems of a file", as `editor.codeActionsOnSave` names it. */
export const FIX_ALL_KIND = 'source.fixAll.immutable';

/** Section of the settings. */
export const SETTINGS_SECTION = 'immutableInfra';

/**
 * What a document is to us. `work` is an editable file of a folder, `base` the old side of a comparison, `head` the new
 * side when it is not the working file, `ignored` anything else (output, quick-diff copies).
 */
export type DocumentRole = 'work' | 'head' | 'base' | 'ignored';

/** Which findings a review shows at full strength: `changed` is new and touched. The rest becomes a hint. */
export type ReviewShow = 'new' | 'changed' | 'all';

/** `new` came with the change, `touched` lies on a changed line, `existing` was there before. */
export type ReviewClass = 'new' | 'touched' | 'existing';

/** The settings of one resource: section `immutableInfra`. Wrong types are replaced by the defaults and logged. */
export interface Settings {
  readonly enable: boolean;
  readonly run: 'onType' | 'onSave';
  /** Holds where no `immutable.yaml` names a preset. */
  readonly preset: 'recommended' | 'strict' | 'prototype';
  /** Rule id to severity or `off`; `immutable.yaml` wins. */
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  /** Paths that are not linted: globs relative to the folder. */
  readonly exclude: readonly string[];
  readonly review: { readonly show: ReviewShow };
  /** Network use is opt-in. */
  readonly digests: { readonly enable: boolean; readonly registries: readonly string[] };
}

export const DEFAULT_SETTINGS: Settings = {
  enable: true,
  run: 'onType',
  preset: 'recommended',
  rules: {},
  exclude: [],
  review: { show: 'changed' },
  digests: { enable: false, registries: [] },
};

/** Which configuration files other extensions check and complete by our schema: this server then leaves that to them. */
export interface ConfigNeighbours {
  /** `immutable.yaml` */
  readonly yamlSchema?: boolean | undefined;
  /** `immutable.json` */
  readonly jsonSchema?: boolean | undefined;
}

/** What the client tells when it starts the server. All optional: a plain `--stdio` client sends none of it. */
export interface InitializationOptions extends ConfigNeighbours {
  /** True when the client answers `readFile` and `listDirectory` (any scheme, virtual workspaces). */
  readonly fileSystem?: boolean | undefined;
  /** True when the client sends `documentRoles`. */
  readonly roles?: boolean | undefined;
  /** True when the client answers `registryCredentials`. */
  readonly credentials?: boolean | undefined;
  /** True when the client shows `documentStatus`. */
  readonly status?: boolean | undefined;
  /** True when the client registers `COMMANDS`. Absent: as `status`. */
  readonly commands?: boolean | undefined;
  /** `{id}` is replaced by a rule's id: where a finding's code links to. Without it the page in the package is linked. */
  readonly ruleDocs?: string | undefined;
  /** False in an untrusted workspace: no network, no custom rules of the workspace. Default true. */
  readonly trusted?: boolean | undefined;
}

/** A name and the shapes of one message; `Result` is undefined for notifications. */
export interface Message<Params, Result> {
  readonly method: string;
  /** Only for the types. */
  readonly shape?: readonly [Params, Result];
}

function message<Params, Result>(name: string): Message<Params, Result> {
  return { method: `immutableInfra/${name}` };
}

/** Client to server, notification: the roles of all open documents, replacing what was said before. */
export const documentRoles = message<{ readonly documents: readonly RoleOfDocument[] }, undefined>('documentRoles');

export interface RoleOfDocument {
  readonly uri: string;
  readonly role: DocumentRole;
  /** For `work` and `head` in a comparison: the open document with the old text. */
  readonly base?: string | undefined;
  /** The file that the document is a version of, for its path, settings and neighbours (a `git:` document). */
  readonly file?: string | undefined;
}

/** Client to server, notification: an extension came or went that checks our configuration files. */
export const configNeighbours = message<ConfigNeighbours, undefined>('configNeighbours');

/** Client to server, notification: the workspace became trusted. */
export const trustGranted = message<Record<string, never>, undefined>('trustGranted');

/** Server to client: the text of a file of any scheme, null when there is none or it is too large. */
export const readFile = message<{ readonly uri: string }, { readonly text: string } | null>('readFile');

/** Server to client: names of the entries of a directory, null when it cannot be listed. */
export const listDirectory = message<{ readonly uri: string }, { readonly names: readonly string[] } | null>(
  'listDirectory',
);

/** Server to client: credentials that the user stored for a registry host, null when there are none. */
export const registryCredentials = message<
  { readonly registry: string },
  { readonly username: string; readonly password: string } | null
>('registryCredentials');

/** Server to client, notification: what the language status item shows for a document. */
export const documentStatus = message<DocumentStatus, undefined>('documentStatus');

export interface DocumentStatus {
  readonly uri: string;
  /** What we take the file for (`terraform`, `kubernetes`, …); null when it is none that we lint. */
  readonly kind: string | null;
  readonly role: DocumentRole;
  readonly counts: Readonly<Record<Severity, number>>;
  /** Findings with a safe fix. */
  readonly fixable: number;
  readonly suppressed: number;
  /** Set when something is wrong with the configuration or inside us: one plain sentence. */
  readonly problem?: string | undefined;
  /** Set when a setting has a value that it cannot have: one plain sentence. */
  readonly settingsProblem?: string | undefined;
}

/**
 * Client to server: learns what files contribute to the knowledge about the workspace (which images it builds). Ask for
 * all files first where more than one request lints or lists them. Cancellable.
 */
export const learnFiles = message<{ readonly uris: readonly string[] }, { readonly read: number }>('learnFiles');

/**
 * Client to server: the findings of files that need not be open, in the order given; after those come other files in
 * which something was found. Cancellable.
 */
export const lintFiles = message<
  {
    readonly uris: readonly string[];
    /** They were all given to `learnFiles` just now: that is not done again. */
    readonly areLearned?: boolean | undefined;
  },
  { readonly files: readonly FileFindings[] }
>('lintFiles');

export interface FileFindings {
  readonly uri: string;
  /** Null when the file is none that we lint, or could not be read. */
  readonly kind: string | null;
  readonly findings: readonly FoundFinding[];
}

/** A finding of the lint of several files: what lies in one may be found in another that uses it. */
export interface FoundFinding extends ShownFinding {
  /** The files whose lint found it, as they were asked for; absent when only the one that it lies in did. */
  readonly foundBy?: readonly string[] | undefined;
}

export interface ShownFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly range: LspRange;
  readonly fingerprint: string;
  readonly fix?: FixLevel | undefined;
}

export interface LspRange {
  readonly start: LspPosition;
  readonly end: LspPosition;
}

export interface LspPosition {
  readonly line: number;
  readonly character: number;
}

/** Client to server: what a change brings, for the review tree. A side that is null does not exist. Cancellable. */
export const compareFiles = message<
  { readonly pairs: readonly ComparedFile[] },
  { readonly files: readonly ComparedFindings[] }
>('compareFiles');

export interface ComparedFile {
  /** The file in the workspace that both sides are versions of. */
  readonly file: string;
  readonly base: { readonly uri: string; readonly text: string } | null;
  readonly head: { readonly uri: string; readonly text: string } | null;
}

export interface ComparedFindings {
  readonly file: string;
  /** Null when neither side is a file that we lint. */
  readonly kind: string | null;
  readonly new: readonly ShownFinding[];
  readonly touched: readonly ShownFinding[];
  readonly existing: readonly ShownFinding[];
  /** Ranges are those of the base side. */
  readonly fixed: readonly ShownFinding[];
}

/** Client to server: the Markdown page of a rule, null when there is no such rule. */
export const explainRule = message<
  { readonly rule: string },
  { readonly markdown: string; readonly title: string } | null
>('explainRule');

/** Client to server: every image reference in the given files, by repository. Cancellable. */
export const imageInventory = message<
  { readonly uris: readonly string[] },
  { readonly images: readonly InventoryImage[] }
>('imageInventory');

export interface InventoryImage {
  /** Registry and repository, normalised: `docker.io/library/nginx`. */
  readonly repository: string;
  readonly references: readonly InventoryReference[];
}

export interface InventoryReference {
  readonly uri: string;
  readonly range: LspRange;
  /** As written. */
  readonly text: string;
  readonly tag: string | null;
  /** The tag class of the engine: `latest`, `floating`, `version`, `digest`, … */
  readonly tagClass: string;
  readonly digest: string | null;
  readonly environment: string;
  /** Where it is used: `Deployment/web/container.app`. */
  readonly anchor: string;
  /** `used`: it is pulled. `built`: the workspace makes it under this name. */
  readonly role?: 'used' | 'built' | undefined;
  /** False when the text at `range` is only a part of the reference, so that it cannot be pinned there. */
  readonly isWhole?: boolean | undefined;
}

/**
 * Client to server: pins references to digests (asks registries; only when `digests.enable`). Edits come back, unmade. A
 * reference that does not stand at its range any more fails.
 */
export const pinImages = message<
  { readonly references: readonly Pick<InventoryReference, 'uri' | 'range' | 'text'>[] },
  {
    readonly edits: readonly FileEdits[];
    readonly failed: readonly { readonly image: string; readonly reason: string }[];
  }
>('pinImages');

/** The edits of a file. They hold for the version, and for a file that is not open while every `line` is as it was. */
export interface FileEdits {
  readonly uri: string;
  readonly version: number | null;
  /** `line`: the whole line that the range starts in, without its end. */
  readonly edits: readonly { readonly range: LspRange; readonly line: string; readonly newText: string }[];
}

/**
 * Client to server: the blocks that resource addresses of a plan come from; null where there is none. What lies in a
 * module from elsewhere is the `module` block that calls it.
 */
export const terraformBlocks = message<
  {
    /** Of the root module. */
    readonly directory: string;
    readonly addresses: readonly string[];
  },
  { readonly blocks: readonly ({ readonly uri: string; readonly range: LspRange } | null)[] }
>('terraformBlocks');

/**
 * Client to server: what files show that counts for the migration checklist; files that show nothing are left out.
 * Cancellable.
 */
export const checklistFacts = message<
  { readonly uris: readonly string[] },
  { readonly files: readonly ChecklistSigns[] }
>('checklistFacts');

export interface ChecklistSigns {
  readonly uri: string;
  readonly signs: readonly SeenSign[];
}

/** `Diagnostic.data`: what a code action needs, without linting again. */
export interface DiagnosticData {
  readonly version: number;
  readonly fingerprint: string;
  readonly review?: ReviewClass | undefined;
}

/** Commands that code actions and links name; the client registers them. Arguments beside them. */
export const COMMANDS = {
  /** [rule id] */
  explainRule: 'immutableInfra.explainRule',
  /** [uri, fingerprint]: copies the fix as a suggestion block for a code review. */
  copyReviewSuggestion: 'immutableInfra.copyReviewSuggestion',
} as const;

/** Client to server: the fix of a finding as the new text of whole lines, for a review suggestion; null without a fix. */
export const reviewSuggestion = message<
  { readonly uri: string; readonly fingerprint: string },
  { readonly startLine: number; readonly endLine: number; readonly text: string } | null
>('reviewSuggestion');
