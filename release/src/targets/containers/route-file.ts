import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fillText, UnknownValueError, type Known } from '../../config/interpolate';
import type { CommandLine, RouteConfig } from '../../config/types';
import {
  flushDirectory,
  readIfThere,
  removeIfThere,
  temporaryBeside,
  writeDurably,
  writeFully,
} from '../../durable/files';
import { RunStoppedError, type RunContext } from '../../run/context';
import type { Slot } from './slots';

/** The part of the configuration that this is about. */
export type FileRoute = Extract<RouteConfig, { readonly kind: 'file' }>;

/** A move of the traffic. */
export interface Move {
  readonly from: string | null;
  readonly to: string;
  /** The content that is put back when the proxy does not read the new one. */
  readonly before: string | null;
}

interface PendingMove extends Omit<Move, 'before'> {
  readonly run: string;
}

/** A proxy under another user reads it. */
const READABLE = 0o644;

/**
 * The file that tells a proxy which slot has the traffic. Its content is the only truth: it is compared with what would
 * be written for each slot. Beside it lies a marker while a move is under way: after a crash between the new content and
 * the reload, the file alone would name a slot that has no traffic yet.
 */
export class RouteFile {
  private readonly path: string;

  constructor(
    private readonly route: FileRoute,
    private readonly context: RunContext,
  ) {
    this.path = resolve(context.workspace, route.path);
  }

  /**
   * @returns the slot that has the traffic; undefined when the file is not there or names none
   * @throws RunStoppedError `refused` when that cannot be told
   */
  activeSlot(slots: readonly Slot[]): string | undefined {
    const move = this.pendingMove();
    if (move) {
      if (move.run === this.context.run) return move.from ?? undefined;
      throw new RunStoppedError(
        'refused',
        `Run ${move.run} was moving the traffic to ${move.to} when it was interrupted. Resume it with \`immutable-infra resume ${move.run}\`. If a person has moved the traffic meanwhile, remove ${this.marker}.`,
      );
    }
    const text = readIfThere(this.path);
    if (text === undefined) return undefined;
    const named = slots.filter((slot) => this.matches(text, slot, slots));
    if (named.length > 1) {
      throw new RunStoppedError(
        'refused',
        `The content of \`route\` is the same for every slot. Put \`\${slot.port}\` or \`\${slot.name}\` into it.`,
      );
    }
    return named[0]?.name;
  }

  /** The content that sends the traffic to a slot. @throws RunStoppedError `refused` for an unknown `${…}` */
  contentFor(slot: string, port: string, other: string, known: Known): string {
    try {
      // Once it has the traffic it is the active one.
      return fillText(this.route.content, { ...known, slot: { name: slot, port, active: slot, idle: other } });
    } catch (error) {
      if (!(error instanceof UnknownValueError)) throw error;
      throw new RunStoppedError('refused', `\`route\`: ${error.message} The traffic was not moved.`);
    }
  }

  /** As it is written in the file. */
  get name(): string {
    return this.route.path;
  }

  get reloadWords(): readonly string[] {
    return this.route.reload ?? [];
  }

  current(): string | undefined {
    return readIfThere(this.path);
  }

  /**
   * Writes the content and has the proxy read it.
   *
   * @throws RunStoppedError `failed` when the proxy does not; the old content is back then
   */
  async move({ before, ...move }: Move, content: string): Promise<void> {
    mkdirSync(dirname(this.path), { recursive: true });
    if (this.route.reload)
      writeDurably(this.marker, JSON.stringify({ ...move, run: this.context.run } satisfies PendingMove));
    this.write(content);
    if (!this.route.reload) return;
    const problem = await this.reload(this.route.reload).catch((error: unknown) => {
      this.putBack(before);
      throw error;
    });
    if (problem === undefined) {
      removeIfThere(this.marker);
      return;
    }
    this.putBack(before);
    throw new RunStoppedError(
      'failed',
      `The traffic was not moved: \`${this.route.reload.join(' ')}\` failed: ${problem}. The old content of ${this.path} is back.`,
    );
  }

  private async reload([program, ...words]: CommandLine): Promise<string | undefined> {
    const tool = this.context.tool(program);
    const { code, problem, output } = await this.context.act({ name: 'route', tool, words, timeout: 60_000 });
    return code === 0 ? undefined : `${problem ?? `exit code ${code ?? 'unknown'}`}, see ${output}`;
  }

  private putBack(before: string | null): void {
    if (before === null) removeIfThere(this.path);
    else this.write(before);
    removeIfThere(this.marker);
  }

  private matches(text: string, slot: Slot, slots: readonly Slot[]): boolean {
    const other = slots.find(({ name }) => name !== slot.name)?.name ?? '';
    const values = { name: slot.name, port: slot.port ?? '', active: slot.name, idle: other };
    // What a release says of itself may stand there too, and is another one each time.
    const pattern = this.route.content
      .split(/(\$\{[^{}]*\})/)
      .map((part) => {
        const [, key] = /^\$\{slot\.(name|port|active|idle)\}$/.exec(part) ?? [];
        if (key !== undefined) return escapePattern(values[key as keyof typeof values]);
        return part.startsWith('${') ? '.*' : escapePattern(part);
      })
      .join('');
    return new RegExp(`^${pattern}$`, 's').test(text);
  }

  private pendingMove(): PendingMove | undefined {
    const text = readIfThere(this.marker);
    if (text === undefined) return undefined;
    return JSON.parse(text) as PendingMove;
  }

  private get marker(): string {
    return join(dirname(this.path), `.${basename(this.path)}.immutable-move`);
  }

  /** As a whole or not at all, with the rights that the file had. */
  private write(content: string): void {
    const mode = statSync(this.path, { throwIfNoEntry: false })?.mode ?? READABLE;
    const temporary = temporaryBeside(this.path);
    try {
      const descriptor = openSync(temporary, 'wx', mode & 0o777);
      try {
        writeFully(descriptor, Buffer.from(content));
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(temporary, this.path);
    } catch (error) {
      removeIfThere(temporary);
      throw error;
    }
    flushDirectory(dirname(this.path));
  }
}

function escapePattern(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
