import { isTestCode } from '../../core/environment';
import type { Place } from '../../core/text';
import { builtStages } from '../../model/dockerfile/built-stages';
import { secretMount } from '../../model/dockerfile/secret-mount';
import { defineRule } from '../../model/facts';
import { joinPath } from '../../core/paths';
import type { Project } from '../../model/project';
import type { SourceFile } from '../../model/source-file';
import { textOf } from '../../model/values/value';

/** Files whose only content is a secret, by their usual names. */
const SECRET_FILE: readonly RegExp[] = [
  /(^|\/)\.env(\.[\w-]+)*$/,
  /(^|\/)id_(rsa|dsa|ecdsa|ed25519)$/,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx)$/,
  /(^|\/)credentials(\.json)?$/,
  /(^|\/)\.(aws|ssh|kube|gnupg)(\/|$)/,
  /(^|\/)kubeconfig$/,
  /\.tfvars(\.json)?$/,
  /(^|\/)terraform\.tfstate(\.backup)?$/,
  /(^|\/)\.(npmrc|pypirc|netrc|pgpass|htpasswd|git-credentials)$/,
  /(^|\/)\.docker\/config\.json$/,
  /(^|\/)service-account[\w-]*\.json$/,
  /(^|\/)\.git\/?$/,
];

/** Names that say "an example", "public", "a certificate". */
const HARMLESS =
  /\.(example|sample|template|dist|tmpl|tpl|schema|defaults?|vault|enc|gpg|age|sops)$|\.(pub|crt|cer)$|[._-](crt|cert|cer|pub)\.pem$|(^|\/)(ca|root|chain|fullchain|public|cert|certs|bundle)[\w.-]*\.pem$|-?(ca|chain|bundle|public|cert)\.pem$|known_hosts$|authorized_keys$|\.ssh\/config$|(^|[/._-])(trust(store)?|cacerts|gpg|signing|pubkey)[\w.-]*\.(key|pem|jks|p12|keystore)$|[_-]signing\.key$/i;

/** Where package managers keep the public keys that they trust. */
const TRUSTED_KEYS = /\/(apt|keyrings|trusted\.gpg\.d|rpm-gpg|ca-certificates)(\/|$)/;

export default defineRule({
  meta: {
    id: 'baked-config/secret-file-copied',
    severity: 'error',
    languages: ['dockerfile', 'packer', 'packer-json'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'No file that holds a secret may be copied into an image',
    peers: [],
    messages: {
      copied:
        '`{file}` usually holds secrets: in the image, everybody who can pull it can read them. Give them at run time, or to one build step with `RUN --mount=type=secret`.',
      cached:
        '`{file}` usually holds secrets. This stage is not shipped, but its layers stay in the build cache. Use `RUN --mount=type=secret` for the step that needs it.',
      provisioned:
        '`{file}` usually holds secrets: in the machine image, every instance and everybody who can launch one can read them. Fetch them at run time from a secret store.',
    },
  },
  create: (context) => ({
    dockerfile: (dockerfile) => {
      const isTest = isTestCode(context.file.path);
      const built = builtStages(dockerfile, context.project.index?.buildsOf(context.file.path) ?? []);
      const shipped = new Set(built.flatMap(({ stage }) => dockerfile.reachable(stage).layers));
      for (const stage of dockerfile.stages) {
        for (const outer of stage.instructions) {
          const instruction = outer.keyword === 'ONBUILD' ? outer.inner : outer;
          if (!instruction) continue;
          if (instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD') continue;
          if (instruction.flags.some((flag) => flag.name === 'from')) continue;
          const words = instruction.execForm ?? instruction.words;
          if (TRUSTED_KEYS.test(words.at(-1)?.text ?? '')) continue;
          for (const source of words.slice(0, -1)) {
            const file = source.text.replace(/^["']|["']$/g, '');
            if (!isSecretFile(file) || isKnownHarmless(context, file)) continue;
            const isShipped = shipped.has(stage);
            const at: Place = source.sourceOf() ?? instruction.range;
            context.report({
              at,
              anchor: `stage.${stage.name ?? stage.index}/${instruction.keyword}.${file}`,
              message: isShipped ? 'copied' : 'cached',
              data: { file },
              severity: isTest ? 'hint' : isShipped ? 'error' : 'info',
              fixes: outer === instruction ? secretMount(context.file.text, dockerfile, stage, outer, file) : [],
            });
          }
        }
      }
    },
    'packer.build': (build) => {
      build.provisioners.forEach((step, index) => {
        if (step.type !== 'file') return;
        // `direction = "download"` takes a file out of the machine.
        if (textOf(step.block.value('direction')) === 'download') return;
        for (const name of ['source', 'sources']) {
          const value = step.block.value(name);
          const items = value?.type === 'list' ? value.items : value ? [value] : [];
          for (const item of items) {
            const file = textOf(item);
            if (item.type !== 'text' || file === undefined || !isSecretFile(file)) continue;
            if (isKnownHarmless(context, file)) continue;
            context.report({
              at: item.origin,
              anchor: `build/provisioner.${index}/${file}`,
              message: 'provisioned',
              data: { file },
              severity: isTestCode(context.file.path) ? 'hint' : undefined,
            });
          }
        }
      });
    },
  }),
});

function isSecretFile(file: string): boolean {
  if (file.includes('\uE000') || file.startsWith('<<') || /^https?:/.test(file)) return false;
  // Keys that come with tests and samples are public already.
  if (/(^|[/._-])(tests?|e2e|fixtures?|testdata|samples?|examples?|mocks?|dummy)([/._-]|$)/i.test(file)) return false;
  return SECRET_FILE.some((pattern) => pattern.test(file)) && !HARMLESS.test(file);
}

/** The file can be read, and it holds no secret: settings of a registry without a login, a certificate without its key. */
function isKnownHarmless(context: { readonly file: SourceFile; readonly project: Project }, file: string): boolean {
  const secret = /\.npmrc$/.test(file) ? /(_authToken|_auth|_password)\s*=\s*(?!\$)\S/ : /PRIVATE KEY-----/;
  if (!/\.(npmrc|pem|key)$/.test(file)) return false;
  for (const directory of [context.file.directory, '']) {
    const path = joinPath(directory, file.replace(/^\//, ''));
    const text = path === undefined ? undefined : context.project.read(path);
    if (text !== undefined) return !secret.test(text);
  }
  return false;
}
