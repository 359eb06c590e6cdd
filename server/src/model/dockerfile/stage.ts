import { HOLE, type MappedText } from '../../core/mapped-text';
import type { Instruction } from '../../lang/dockerfile/ast';
import { matchesGlob } from './patterns';
import type { Variables } from './variables';

/** `COPY --from=…` or `RUN --mount=…,from=…`. */
export interface CopySource {
  /** The `COPY` or `RUN`; the instruction inside when it stands under `ONBUILD`. */
  readonly instruction: Instruction;
  /** Stage or image, variables expanded. */
  readonly source: MappedText;
  readonly stage: Stage | undefined;
  /** Holds something unknown, and may therefore name a stage. */
  readonly maybeStage: boolean;
}

/** A build stage: a `FROM` and what follows it up to the next. */
export interface Stage {
  readonly index: number;
  /** As written after `AS`. */
  readonly name: string | undefined;
  readonly fromInstruction: Instruction;
  /** `--platform`, variables expanded. */
  readonly platform: MappedText | undefined;
  /** The image or stage as written. */
  readonly image: MappedText;
  /** The image or stage with variables expanded; a part from an `ARG` default maps to that default. */
  readonly base: MappedText;
  /** The earlier stage that `base` names. */
  readonly baseStage: Stage | undefined;
  /** `base` has unknown parts, and an earlier stage's name fits the rest. */
  readonly maybeStage: boolean;
  /** From the `FROM` on. */
  readonly instructions: readonly Instruction[];
  /** Stages that it is built from, the nearest first. */
  readonly parents: readonly Stage[];
  readonly copyFrom: readonly CopySource[];
}

/** A stage while the file is being read. */
export class StageBuilder implements Stage {
  readonly instructions: Instruction[] = [];
  readonly copyFrom: CopySource[] = [];

  constructor(
    readonly index: number,
    readonly name: string | undefined,
    readonly fromInstruction: Instruction,
    readonly platform: MappedText | undefined,
    readonly image: MappedText,
    readonly base: MappedText,
    readonly baseStage: StageBuilder | undefined,
    readonly maybeStage: boolean,
    readonly variables: Variables,
  ) {}

  get parents(): readonly Stage[] {
    const found: Stage[] = [];
    for (let stage = this.baseStage; stage; stage = stage.baseStage) found.push(stage);
    return found;
  }
}

/** Stages by name. Names are case-insensitive; of two equal ones the later counts. */
export class StageNames {
  private readonly stages = new Map<string, StageBuilder>();

  add(stage: StageBuilder): void {
    if (stage.name !== undefined) this.stages.set(stage.name.toLowerCase(), stage);
  }

  find(name: string): StageBuilder | undefined {
    return this.stages.get(name.toLowerCase());
  }

  /** True when a name could be what a text with holes stands for: `base-${TARGETARCH}` and the stage `base-arm64`. */
  mayName(text: MappedText): boolean {
    if (text.complete) return false;
    const literal = text.text.toLowerCase().replace(/[*?\\]/g, '\\$&');
    const pattern = literal.replaceAll(HOLE, '*');
    for (const name of this.stages.keys()) if (matchesGlob(pattern, name)) return true;
    return false;
  }
}
