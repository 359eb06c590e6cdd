import type { TextEdit } from '../core/finding';
import type { Place } from '../core/text';
import { asMap, entry, items, placeOf, resolve, stringOf, type DataFile, type DataNode } from '../lang/data/tree';
import type { Instruction } from '../lang/dockerfile/ast';
import type { ConfigBlock } from '../model/config-block';
import { insertBefore, removeInstruction } from '../model/edits/dockerfile';
import { insertBlock, removeAttribute } from '../model/edits/hcl';
import { insertEntry, removeEntry } from '../model/edits/yaml';
import type { ActionUse, CommandUse, ImageUse } from '../model/facts';
import { imagePlace } from '../model/image-findings';
import type { SourceFile } from '../model/source-file';
import type { Lookup } from './custom-rules-conditions';
import { findInBlock, findInNode, nodesAt, type Found, type Possible, type Step } from './custom-rules-path';

/** One thing that a rule matched: what can be asked of it and changed in it. */
export interface Subject {
  /** Where to show a finding about the thing as a whole. */
  readonly at: Place;
  readonly anchor: string;
  /** Fills `{name}` in messages. */
  readonly name: string;
  readonly lookup: Lookup;
  /** Adds lines to it: entries of a block or map, instructions before an instruction. */
  insert?(lines: readonly string[]): readonly TextEdit[];
  /** Deletes what stands at a path; the thing itself for an instruction. */
  remove?(steps: readonly Step[]): readonly TextEdit[];
}

export function blockSubject(block: ConfigBlock, labels: readonly string[], file: SourceFile): Subject {
  const name = [block.kind, ...labels].join('.');
  const isHere = block.path === file.path;
  return {
    at: block.header,
    anchor: name,
    name: labels.length > 0 ? labels.join('.') : block.kind,
    lookup: (steps) => findInBlock(block, steps),
    insert: (lines) => (isHere && block.file.form === 'native' ? insertBlock(block, lines) : []),
    remove: ([step, ...rest]) => {
      const attribute = typeof step === 'string' && rest.length === 0 ? block.attribute(step) : undefined;
      return attribute?.path === file.path ? removeAttribute(attribute) : [];
    },
  };
}

export function nodeSubject(
  file: SourceFile,
  data: DataFile,
  node: DataNode,
  at: Place,
  anchor: string,
  name: string,
): Subject {
  return {
    at,
    anchor,
    name,
    lookup: (steps) => findInNode(data, node, steps),
    insert: (lines) => {
      const map = asMap(node);
      return map && data.format === 'yaml' && !data.source ? listed(insertEntry(file.text, map, lines)) : [];
    },
    remove: (steps) => {
      const key = steps.at(-1);
      const [parent, ...others] = nodesAt(node, steps.slice(0, -1));
      const map = parent === undefined || parent === 'absent' || others.length > 0 ? undefined : asMap(parent);
      const found =
        map && typeof key === 'string' ? map.entries.findLast((candidate) => candidate.key === key) : undefined;
      return map && found && data.format === 'yaml' && !data.source ? listed(removeEntry(file.text, map, found)) : [];
    },
  };
}

function listed(edit: TextEdit | undefined): readonly TextEdit[] {
  return edit ? [edit] : [];
}

/** A thing of which only a few named properties can be asked. */
function flatSubject(
  at: Place,
  anchor: string,
  name: string,
  properties: Readonly<Record<string, readonly Found[]>>,
): Subject {
  return {
    at,
    anchor,
    name,
    lookup: ([step, index]) => {
      const found = typeof step === 'string' && Object.hasOwn(properties, step) ? (properties[step] ?? []) : [];
      return typeof index === 'number' ? found.slice(index, index + 1) : found;
    },
  };
}

function known(value: Possible, at: Place | undefined): readonly Found[] {
  return [{ at, values: [value], near: true }];
}

export function instructionSubject(file: SourceFile, instruction: Instruction, ordinal: number): Subject {
  const { argument, flags, keyword, words } = instruction;
  const properties: Record<string, readonly Found[]> = {
    keyword: [{ at: instruction.keywordRange, values: [keyword] }],
    argument: [{ at: argument.sourceOf(), values: [argument.text], near: !argument.isVerbatim() }],
    words: words.map((word) => ({ at: word.sourceOf(), values: [word.text], near: !word.isVerbatim() })),
    heredoc: instruction.heredocs.map((heredoc) => ({
      at: heredoc.markerRange,
      values: [heredoc.content.text],
      near: true,
    })),
  };
  const subject = flatSubject(instruction.range, `${keyword}.${ordinal}`, keyword, properties);
  return {
    ...subject,
    lookup: (steps) => {
      if (steps[0] !== 'flags') return subject.lookup(steps);
      return flags
        .filter((flag) => flag.name === steps[1])
        .map((flag) => ({ at: flag.range, values: [flag.value?.text ?? true], near: true }));
    },
    insert: (lines) => [insertBefore(file.text, instruction, lines)],
    remove: (steps) => (steps.length === 0 ? [removeInstruction(file.text, instruction)] : []),
  };
}

export function commandSubject(use: CommandUse): Subject {
  const { command } = use;
  const words = command.words
    .slice(1)
    .map((word) => ({ at: word.at, values: [word.complete ? word.text : undefined] }));
  const isComplete = command.words.every((word) => word.complete);
  return flatSubject(command.at, use.anchor, command.name, {
    name: known(command.name, command.at),
    phase: known(use.phase, command.at),
    arguments: words,
    line: known(isComplete ? command.words.map((word) => word.text).join(' ') : undefined, command.at),
  });
}

export function imageSubject(use: ImageUse): Subject {
  const first = use.options[0];
  const at = first ? imagePlace(use, first) : use.at;
  const of = (read: (option: ImageUse['options'][number]) => Possible, near = true): readonly Found[] => [
    { at, values: use.options.map(read), near },
  ];
  const hasAll = (key: 'tag' | 'digest' | 'domain'): readonly Found[] =>
    use.options.some(({ reference }) => reference[key] === undefined) ? [] : of(({ reference }) => reference[key]);
  return flatSubject(at, use.anchor, first?.text.text ?? '', {
    image: of((option) => option.text.text, !first?.text.isVerbatim()),
    repository: of((option) => option.reference.repository),
    tag: hasAll('tag'),
    digest: hasAll('digest'),
    registry: hasAll('domain'),
    site: known(use.site, at),
    shipped: known(use.shipped, at),
  });
}

export function usesSubject(use: ActionUse): Subject {
  const text = use.text.text;
  const at = text.lastIndexOf('@');
  return flatSubject(use.at, use.anchor, text, {
    uses: known(text, use.at),
    action: known(at < 0 ? text : text.slice(0, at), use.at),
    ref: at < 0 ? [] : known(text.slice(at + 1), use.at),
    comment: use.comment === undefined ? [] : known(use.comment, use.at),
  });
}

/** The services of a compose file. */
export function services(file: SourceFile): readonly { readonly name: string; readonly subject: Subject }[] {
  const { data } = file;
  const map = asMap(entry(data?.documents[0]?.root, 'services')?.value);
  if (!data || !map) return [];
  return map.entries.map(({ key, keyRange, value }) => ({
    name: key,
    subject: nodeSubject(file, data, value, placeOf(data, keyRange) ?? keyRange, `services.${key}`, key),
  }));
}

/** The steps of a workflow's jobs or of a composite action. */
export function steps(file: SourceFile): readonly { readonly uses: string | undefined; readonly subject: Subject }[] {
  const { data } = file;
  const root = data?.documents[0]?.root;
  if (!data || !root) return [];
  const jobs =
    asMap(entry(root, 'jobs')?.value)?.entries.map((job) => ({
      name: `job.${job.key}`,
      list: entry(job.value, 'steps')?.value,
    })) ?? [];
  const groups = [...jobs, { name: 'runs', list: entry(entry(root, 'runs')?.value, 'steps')?.value }];
  return groups.flatMap(({ name, list }) =>
    items(list).map((step, index) => {
      const shown = stringOf(entry(step, 'name')?.value) ?? stringOf(entry(step, 'id')?.value) ?? `${index + 1}`;
      const first = asMap(step)?.entries[0];
      const range = first?.keyRange ?? step.range;
      return {
        uses: stringOf(entry(step, 'uses')?.value),
        subject: nodeSubject(file, data, step, placeOf(data, range) ?? range, `${name}/step.${shown}`, shown),
      };
    }),
  );
}

/** The part of a node to show a finding about it: a map's first key, else the node. */
export function headOf(data: DataFile, node: DataNode): Place {
  const target = resolve(node);
  const range = target?.type === 'map' && node.type !== 'alias' ? (target.entries[0]?.range ?? node.range) : node.range;
  return placeOf(data, range) ?? range;
}
