import type { Environment } from '../core/environment';
import { LineIndex } from '../core/text';
import { regions as dataRegions } from '../lang/data/regions';
import type { DataFile } from '../lang/data/tree';
import { parseJson } from '../lang/data/json';
import { parseYaml } from '../lang/data/yaml';
import type { FileKind } from '../lang/detect';
import type { DockerfileSyntax } from '../lang/dockerfile/ast';
import { parseDockerfile } from '../lang/dockerfile/parse';
import { regions as dockerfileRegions } from '../lang/dockerfile/regions';
import type { HclFile } from '../lang/hcl/ast';
import { hclFromJson } from '../lang/hcl/from-json';
import { parseHcl } from '../lang/hcl/parse';
import { regions as hclRegions } from '../lang/hcl/regions';
import type { Regions } from '../lang/syntax';

const HCL_KINDS: ReadonlySet<FileKind> = new Set(['terraform', 'terraform-vars', 'packer', 'packer-vars']);
const JSON_CONFIG_KINDS: ReadonlySet<FileKind> = new Set(['terraform-json', 'packer-json']);

/** One text to lint with its syntax trees, each parsed when first asked for. */
export class SourceFile {
  readonly lines: LineIndex;
  private parsedHcl: HclFile | undefined;
  private parsedDockerfile: DockerfileSyntax | undefined;
  private parsedData: DataFile | undefined;
  private computedRegions: Regions | undefined;

  /**
   * @param path relative to the workspace root, with `/`
   * @param text without any byte order mark removed: offsets count it
   */
  constructor(
    readonly path: string,
    readonly text: string,
    readonly kind: FileKind,
    readonly environment: Environment,
  ) {
    this.lines = new LineIndex(text);
  }

  /** Directory of the path, `''` for the root. */
  get directory(): string {
    const slash = this.path.lastIndexOf('/');
    return slash < 0 ? '' : this.path.slice(0, slash);
  }

  /** Terraform, OpenTofu, Packer: native or JSON. */
  get hcl(): HclFile | undefined {
    if (this.parsedHcl) return this.parsedHcl;
    if (HCL_KINDS.has(this.kind)) this.parsedHcl = parseHcl(this.text);
    else if (JSON_CONFIG_KINDS.has(this.kind)) {
      const data = this.data;
      if (data) this.parsedHcl = hclFromJson(data, this.kind === 'packer-json' ? 'packer' : 'terraform');
    }
    return this.parsedHcl;
  }

  get dockerfile(): DockerfileSyntax | undefined {
    if (this.kind !== 'dockerfile') return undefined;
    return (this.parsedDockerfile ??= parseDockerfile(this.text));
  }

  /** The YAML or JSON tree, for every kind that is written in one. */
  get data(): DataFile | undefined {
    if (this.parsedData) return this.parsedData;
    if (HCL_KINDS.has(this.kind) || this.kind === 'dockerfile' || this.kind === 'shell' || this.kind === 'gitignore')
      return undefined;
    const isJson = JSON_CONFIG_KINDS.has(this.kind) || this.path.endsWith('.json');
    this.parsedData = isJson ? parseJson(this.text) : parseYaml(this.text, { template: this.kind === 'helm-template' });
    return this.parsedData;
  }

  /** Comments, statements and blocks, for suppressions. */
  get regions(): Regions {
    return (this.computedRegions ??= this.computeRegions());
  }

  private computeRegions(): Regions {
    if (this.dockerfile) return dockerfileRegions(this.dockerfile);
    if (JSON_CONFIG_KINDS.has(this.kind) && this.data) return dataRegions(this.data);
    if (this.hcl) return hclRegions(this.hcl);
    if (this.data) return dataRegions(this.data);
    return lineRegions(this.text, this.lines);
  }
}

/** Shell scripts and ignore files: `#` comments, every other line a statement. */
function lineRegions(text: string, lines: LineIndex): Regions {
  const comments = [];
  const statements = [];
  for (let line = 0; line < lines.lineCount; line++) {
    const start = lines.lineStart(line);
    const content = text.slice(start, lines.lineEnd(line));
    const first = content.search(/\S/);
    if (first < 0) continue;
    const range = { start: start + first, end: start + content.length };
    if (content[first] === '#') comments.push({ range, textStart: range.start + 1, text: content.slice(first + 1) });
    else statements.push(range);
  }
  return { comments, statements, blocks: [] };
}
