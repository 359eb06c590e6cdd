import type { Environment } from '../core/environment';
import { directoryOf } from '../core/paths';
import { detectKind, type FileKind } from '../lang/detect';
import { buildPackerTemplate } from '../model/packer/build';
import type { PackerTemplate } from '../model/packer/types';
import type { Project, ProjectFiles } from '../model/project';
import { SourceFile } from '../model/source-file';
import { buildTerraformModule } from '../model/terraform/build';
import { callersOf } from '../model/terraform/module-calls';
import type { TerraformFile, TerraformModule } from '../model/terraform/types';
import type { WorkspaceIndex } from '../model/workspace-index';
import { BoundedCache } from './bounded-cache';

/** How many directories' modules are kept at most: files are linted in path order, so a few are enough. */
const MODULES = 32;

/** Which syntax trees outlive the lint of their file. A tree takes some fifty times the memory of its text. */
export interface TreeMemory {
  /** Code units of text whose trees are kept. */
  readonly text: number;
  /** Code units of text of the modules that are kept: linting a module may need the ones that call it. */
  readonly modules: number;
  /** Only trees that are part of a module or template: those of other files are asked for once. */
  readonly modulesOnly: boolean;
}

/**
 * Reads and parses other files for the rules, each at most once while it stays in the cache.
 * The text being linted stands over the one on disk.
 */
export class WorkspaceProject implements Project {
  private workspace: WorkspaceIndex | undefined;
  private readonly sources: BoundedCache<string, SourceFile>;
  private readonly modules: BoundedCache<string, TerraformModule>;
  private readonly templates: BoundedCache<string, PackerTemplate>;
  private overlay: SourceFile | undefined;
  /** Files of the linted file's directory, kept whatever their size: each is linted with the module of all. */
  private neighbours = new Map<string, SourceFile>();
  private neighbourhood: string | undefined;

  constructor(
    private readonly files: ProjectFiles,
    private readonly environmentOf: (path: string) => Environment,
    private readonly memory: TreeMemory,
  ) {
    const { text, modules } = memory;
    const weigh = ({ files }: { readonly files: readonly TerraformFile[] }): number =>
      files.reduce((sum, file) => sum + file.syntax.text.length, Math.ceil(modules / MODULES));
    this.sources = new BoundedCache<string, SourceFile>(text, (source) => source.text.length + 200);
    this.modules = new BoundedCache<string, TerraformModule>(modules, weigh);
    this.templates = new BoundedCache<string, PackerTemplate>(modules, weigh);
  }

  get index(): WorkspaceIndex | undefined {
    return this.workspace;
  }

  /** Modules that were built without it do not know their callers. */
  set index(index: WorkspaceIndex | undefined) {
    this.workspace = index;
    this.modules.clear();
  }

  /** The parsed form of a text; the same object for the same path and text. Undefined when it is none that we lint. */
  open(path: string, text: string, languageHint?: string): SourceFile | undefined {
    const known = this.neighbours.get(path) ?? this.sources.get(path);
    if (known?.text === text) return known;
    const kind = detectKind(path, text, languageHint);
    if (kind === undefined) return undefined;
    if (known) this.forget(path);
    const source = new SourceFile(path, text, kind, this.environmentOf(path));
    if (!this.memory.modulesOnly || MODULE_KINDS.has(kind)) this.sources.set(path, source);
    return source;
  }

  /** Lints see this text instead of the one on disk. Modules that were built with another text are built anew. */
  focus(source: SourceFile): void {
    this.overlay = source;
    if (this.neighbourhood !== source.directory) {
      this.neighbourhood = source.directory;
      this.neighbours = new Map();
    }
    const module = this.modules.get(source.directory);
    // Modules that it calls may have been given values from it.
    if (module?.files.some((file) => file.path === source.path && file.syntax !== source.hcl)) this.modules.clear();
    const template = this.templates.get(templateKey(source));
    if (template?.files.some((file) => file.path === source.path && file.syntax !== source.hcl)) {
      this.templates.delete(templateKey(source));
    }
  }

  read(path: string): string | undefined {
    return this.overlay?.path === path ? this.overlay.text : this.files.read(path);
  }

  list(directory: string): readonly string[] | undefined {
    return this.files.list(directory);
  }

  /** Another file, parsed; undefined when it is not there or none that we lint. */
  source(path: string): SourceFile | undefined {
    if (this.overlay?.path === path) return this.overlay;
    const text = this.files.read(path);
    return text === undefined ? undefined : this.open(path, text);
  }

  terraformModule(path: string): TerraformModule {
    const directory = directoryOf(path);
    const known = this.modules.get(directory);
    if (known) return known;
    const files = this.siblings(directory, ['terraform', 'terraform-json']);
    const variables = this.siblings(directory, ['terraform-vars']);
    const module = buildTerraformModule(directory, files, variables, this, () => callersOf(directory, this));
    this.modules.set(directory, module);
    return module;
  }

  packerTemplate(path: string): PackerTemplate {
    const source = this.source(path);
    const key = source ? templateKey(source) : directoryOf(path);
    const known = this.templates.get(key);
    if (known) return known;
    const directory = directoryOf(path);
    const alone = source?.kind === 'packer-json';
    const files = alone && source?.hcl ? [{ path, syntax: source.hcl }] : this.siblings(directory, ['packer']);
    const template = buildPackerTemplate(
      directory,
      files,
      alone ? [] : this.siblings(directory, ['packer-vars']),
      this,
    );
    this.templates.set(key, template);
    return template;
  }

  /** Drops a file, and all modules: one may have been built with its text from afar. Syntax trees of others stay. */
  fileChanged(path: string): void {
    this.sources.delete(path);
    this.dropNeighbour(path);
    this.modules.clear();
    this.templates.clear();
    if (this.overlay?.path === path) this.overlay = undefined;
  }

  private forget(path: string): void {
    if (/\.(tf|tofu|tfvars|json)$/.test(path)) this.modules.clear();
    this.sources.delete(path);
    this.dropNeighbour(path);
    this.templates.delete(directoryOf(path));
    this.templates.delete(path);
  }

  /** A new map, for the old one's tables would keep the tree alive (`BoundedCache`). */
  private dropNeighbour(path: string): void {
    if (!this.neighbours.has(path)) return;
    this.neighbours = new Map([...this.neighbours].filter(([other]) => other !== path));
  }

  private siblings(directory: string, kinds: readonly FileKind[]): TerraformFile[] {
    const found: TerraformFile[] = [];
    const prefix = directory === '' ? '' : `${directory}/`;
    const names = new Set(this.files.list(directory) ?? []);
    if (this.overlay && directoryOf(this.overlay.path) === directory) names.add(this.overlay.path.slice(prefix.length));
    for (const name of [...names].sort()) {
      if (!/\.(tf|tofu|tfvars|hcl|json)$/.test(name)) continue;
      const source = this.source(prefix + name);
      if (!source?.hcl || !kinds.includes(source.kind)) continue;
      found.push({ path: source.path, syntax: source.hcl });
      if (directory === this.neighbourhood) this.neighbours.set(source.path, source);
    }
    return found;
  }
}

const MODULE_KINDS: ReadonlySet<FileKind> = new Set([
  'terraform',
  'terraform-json',
  'terraform-vars',
  'packer',
  'packer-json',
  'packer-vars',
]);

/** Legacy JSON templates stand alone; the HCL files of a directory are one template. */
function templateKey(source: SourceFile): string {
  return source.kind === 'packer-json' ? source.path : source.directory;
}
