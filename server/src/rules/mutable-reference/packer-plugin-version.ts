import type { Fix } from '../../core/finding';
import type { Place } from '../../core/text';
import type { ConfigAttribute } from '../../model/config-block';
import { insertBlock, insertTopLevel } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { majorOf, pluginsUsed, type PackerPlugin } from '../../model/packer/plugins';
import type { PackerTemplate } from '../../model/packer/types';
import { entryOf, textOf, type Value } from '../../model/values/value';
import { closedAtMajor, isBounded, isConstraint } from '../../model/version-constraint';

export default defineRule({
  meta: {
    id: 'mutable-reference/packer-plugin-version',
    severity: 'warning',
    languages: ['packer'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A Packer plugin must have a version with an upper bound',
    peers: [],
    messages: {
      unbounded:
        'Close the version of the plugin `{plugin}`: `{suggested}`. Packer has no lock file, so with `{version}` the builder itself can change between two builds of the same commit.',
      missing:
        'Give the plugin `{plugin}` a version: `version = "{suggested}"`. Packer has no lock file, so the builder itself can change between two builds of the same commit.',
      undeclared:
        'Declare the plugin `{plugin}` in `packer { required_plugins { … } }` with a version. `{component}` is not part of Packer: what builds the image is whatever plugin the machine happens to have.',
    },
  },
  create: (context) => ({
    'packer.settings': (settings) => {
      for (const required of settings.blocks('required_plugins')) {
        for (const plugin of required.attributes) {
          const { value } = plugin;
          // A text alone is the old form: the version constraint without a source.
          const version = value.type === 'object' ? entryOf(value, 'version') : value;
          const source = value.type === 'object' ? textOf(entryOf(value, 'source')) : undefined;
          const data = { plugin: plugin.name, suggested: `~> ${majorOf(source ?? '') ?? 1}.0` };
          const anchor = `packer/required_plugins.${plugin.name}`;
          if (!version) {
            context.report({
              at: { ...plugin.nameRange, path: plugin.path },
              anchor,
              message: 'missing',
              data,
              fixes: addVersion(plugin, data.suggested),
            });
            continue;
          }
          const text = textOf(version);
          if (text === undefined || !isConstraint(text) || isBounded(text)) continue;
          const closed = closedAtMajor(text);
          context.report({
            at: placeOf(version, plugin),
            anchor,
            message: 'unbounded',
            data: {
              ...data,
              version: text.trim() === '' ? 'no constraint' : text,
              suggested: closed ?? data.suggested,
            },
            fixes: closeVersion(version, closed, text, source),
          });
        }
      }
    },
    packer: (template) => {
      if (template.form === 'json' || template.settings.some((block) => block.has('required_plugins') !== 'no')) return;
      const used = pluginsUsed(template);
      for (const { plugin, component, at } of used) {
        if (at.path !== context.file.path) continue;
        context.report({
          at,
          anchor: `packer/required_plugins.${plugin.name}`,
          message: 'undeclared',
          data: { plugin: plugin.name, component },
          fixes: declare(
            template,
            used.map((use) => use.plugin),
            context.file.path,
          ),
        });
      }
    },
  }),
});

function placeOf(version: Value, plugin: ConfigAttribute): Place {
  return version.origin ?? { ...plugin.expression.range, path: plugin.path };
}

/** Caps the major version. Where a later major is known to exist this picks an older plugin: somebody has to agree. */
function closeVersion(
  version: Value,
  closed: string | undefined,
  text: string,
  source: string | undefined,
): readonly Fix[] {
  if (closed === undefined || version.type !== 'text') return [];
  const at = version.text.sourceOf();
  if (!at || !version.text.isVerbatim()) return [];
  const same = source !== undefined && majorOf(source) === Number(/\d+/.exec(text)?.[0]);
  return [
    {
      level: same ? 'safe' : 'suggestion',
      title: `Write \`${closed}\``,
      edits: [{ at, text: closed }],
    },
  ];
}

/** Adds `version` below `source`, or in front of the brace of an object on one line. */
function addVersion(plugin: ConfigAttribute, suggested: string): readonly Fix[] {
  const { expression, file } = plugin;
  const last = expression.type === 'object' ? expression.items.at(-1) : undefined;
  if (!last || file.form === 'json') return [];
  const end = last.range.end;
  const lineStart = file.text.lastIndexOf('\n', last.range.start - 1) + 1;
  const before = file.text.slice(lineStart, last.range.start);
  const alone = before.trim() === '';
  const lineBreak = file.text.slice(0, lineStart).endsWith('\r\n') ? '\r\n' : '\n';
  const added = alone ? `${lineBreak}${before}version = "${suggested}"` : `, version = "${suggested}"`;
  const after = alone && file.text[end] === ',' ? end + 1 : end;
  return [
    {
      level: 'suggestion',
      title: `Add \`version = "${suggested}"\``,
      edits: [{ at: { start: after, end: after, path: plugin.path }, text: added }],
    },
  ];
}

function declare(template: PackerTemplate, plugins: readonly PackerPlugin[], path: string): readonly Fix[] {
  const inner = [
    'required_plugins {',
    ...plugins.flatMap(({ name, source, major }) => [
      `  ${name} = {`,
      `    source  = "${source}"`,
      `    version = "~> ${major}.0"`,
      '  }',
    ]),
    '}',
  ];
  const settings = template.settings[0];
  const file = template.files.find((candidate) => candidate.path === path);
  const edits = settings
    ? insertBlock(settings, inner)
    : file
      ? insertTopLevel(file, ['packer {', ...inner.map((line) => `  ${line}`), '}'])
      : [];
  return edits.length > 0 ? [{ level: 'suggestion', title: 'Declare the plugins with their versions', edits }] : [];
}
