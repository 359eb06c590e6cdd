import { HOLE, type MappedText } from '../../core/mapped-text';
import type { ShellCommand, ShellWord } from '../../lang/shell/ast';
import { flagValue, hasFlag, positionals } from '../../lang/shell/words';
import { unwrap } from '../../lang/shell/wrappers';
import { isRegularFile } from './log-files';
import { commandsIn } from './parsed';

/** Programs that read, print or test, whatever their options. */
const ALWAYS: ReadonlySet<string> = new Set(
  ': [ [[ test true false exit return break continue set local read export cd shift trap wait sleep echo printf cat head tail tac nl less more grep egrep fgrep zgrep zcat wc uniq cut tr jq yq ls dir stat file du df ps pgrep top free uptime id whoami groups env printenv pwd uname arch nproc which type command readlink realpath dirname basename base64 md5sum sha256sum cksum cmp diff strings xxd od hexdump nslookup dig host getent ping nc telnet netstat ss lsof lscpu last w pg_isready pg_dumpall pg_controldata mysqldump mariadb-dump rabbitmq-diagnostics kafka-broker-api-versions grpc_health_probe'.split(
    ' ',
  ),
);

/** Programs and their first words when they only ask (their manuals). */
const QUERIES: Readonly<Record<string, RegExp>> = {
  mysqladmin: /^(ping|status|version|extended-status|variables|processlist)\b/,
  'mariadb-admin': /^(ping|status|version|extended-status|variables|processlist)\b/,
  etcdctl: /^(endpoint (health|status|hashkv)|member list|get|version|alarm list)\b/,
  vault: /^(status|version|read|list|operator (raft list-peers|key-status))\b/,
  consul: /^(members|info|version|catalog|operator raft list-peers|kv get)\b/,
  nodetool: /^(status|info|ring|tpstats|version|describecluster|netstats|compactionstats|cfstats|tablestats)\b/,
  rabbitmqctl: /^(status|cluster_status|list_\w+|node_health_check|ping|await_startup|environment|report|version)\b/,
  'redis-cli': /^(ping|info|get|dbsize|llen|keys|exists|ttl|role|cluster (info|nodes)|config get)\b/i,
  supervisorctl: /^(status|version|pid|tail)\b/,
  systemctl: /^(status|is-active|is-enabled|is-failed|list-\S+|show|cat)\b/,
  promtool: /^(check|query|test)\b/,
  ceph: /^(status|health|df|version|osd (tree|df|status)|mon stat)\b/,
  git: /^(status|log|rev-parse|show|describe|diff)\b/,
  openssl: /^(x509|s_client|version|verify)\b/,
};

/** Clients of databases, with the options that give a statement. */
const SQL_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  psql: ['-c', '--command'],
  mysql: ['-e', '--execute'],
  mariadb: ['-e', '--execute'],
  'clickhouse-client': ['-q', '--query'],
};

const READING_SQL = /^(select|show|describe|desc|values|table|explain(?! *\(?analyze))\b|^\\[a-z]/i;
const WRITING_SQL =
  /\binto\b|\bfor update\b|\b(pg_(terminate|cancel|reload|promote|switch|rotate|drop|create)\w*|setval|nextval)\b/i;

/**
 * True when what the words run only asks how something is, and when it is not known what they run. Wrappers (`env A=1 …`)
 * are taken off, and the script of `sh -c '…'` is looked into: each of its commands must only ask.
 *
 * @param outer the command whose arguments the words are
 */
export function onlyReads(words: readonly ShellWord[], outer: ShellCommand): boolean {
  const { words: own, wrappers, script } = unwrap(words);
  if (script) return scriptOnlyReads(script.value);
  const program = own[0]?.text ?? '';
  const name = program.slice(program.lastIndexOf('/') + 1);
  return isRead({ ...outer, name, words: own, wrappers, redirects: [] });
}

/** The same for the text of a script. Text without any command asks nothing, and changes nothing. */
export function scriptOnlyReads(text: MappedText): boolean {
  return commandsIn(text).every(isRead);
}

function isRead(command: ShellCommand): boolean {
  const { name } = command;
  if (command.redirects.some(({ operator, target }) => operator.includes('>') && target && isRegularFile(target.text)))
    return false;
  if (command.words.length === 0 || name.includes(HOLE) || ALWAYS.has(name)) return true;
  // The shell's own list has the commands of `sh -c '…'` behind it.
  if (unwrap(command.words).script) return true;
  const options = command.words.slice(1).map((word) => word.text);
  if (options.length > 0 && options.every((each) => /^(--?version|--help|-[vVh]|version|help)$/.test(each)))
    return true;
  if (/health[-_]?(check|z|probe)/i.test(name)) return true;
  if (Object.hasOwn(SQL_OPTIONS, name)) return readsSql(command, SQL_OPTIONS[name] ?? []);
  const asked = Object.hasOwn(QUERIES, name) ? QUERIES[name] : undefined;
  if (asked) return asked.test(verbsOf(command));
  switch (name) {
    case 'curl':
      return !sends(command) && !keeps(flagValue(command, '-o', '--output')) && !hasFlag(command, '-O');
    case 'wget':
      return !posts(command) && !keeps(flagValue(command, '-O', '--output-document')) && !hasFlag(command, '-P');
    case 'pg_dump':
      return !hasFlag(command, '-f', '--file');
    case 'find':
      return !options.some((each) => /^-(delete|exec|execdir|ok|okdir|fprint\w*|fls)$/.test(each));
    case 'sed':
      return !options.some((each) => /^-[A-Za-z]*i|^--in-place/.test(each));
    case 'awk':
      return !options.some((each) => /system\s*\(|>\s*"/.test(each));
    case 'sort':
      return !hasFlag(command, '-o', '--output');
    case 'date':
      return !hasFlag(command, '-s', '--set');
    case 'hostname':
      return positionals(command, new Set()).length === 0;
    case 'nginx':
    case 'apachectl':
    case 'httpd':
      return options.some((each) => /^-[tTvVS]$|^configtest$/.test(each));
    case 'mongosh':
    case 'mongo':
      return /\bping\b|^\W*(rs\.(status|hello|isMaster)|db\.(stats|version|hello|isMaster|serverStatus))\(/.test(
        flagValue(command, '--eval') ?? '',
      );
    default:
      return /^kafka-[\w-]+(\.sh)?$/.test(name) && hasFlag(command, '--list', '--describe');
  }
}

/** The words after the program's options: `--endpoints=… member list` → `member list`. Values of options may be among them. */
function verbsOf(command: ShellCommand): string {
  const withValue = new Set('-h --host -p --port -P -u --user -a -n -s --endpoints --cacert --cert --key'.split(' '));
  return positionals(command, withValue)
    .map((word) => word.text)
    .join(' ');
}

function keeps(file: string | undefined): boolean {
  return file !== undefined && isRegularFile(file);
}

/** curl(1): a method other than GET, or a body. */
function sends(command: ShellCommand): boolean {
  const glued = command.words.map((word) => /^-[A-Za-z]*X([A-Z]+)$/.exec(word.text)?.[1]).find((method) => method);
  const method = glued ?? flagValue(command, '-X', '--request');
  if (method !== undefined) return /^[A-Z]+$/i.test(method) && !/^(GET|HEAD|OPTIONS)$/i.test(method);
  if (hasFlag(command, '-G', '--get')) return false;
  return command.words.some((word) => /^--(data|form|json|upload-file)|^-[A-Za-z]*[dFT]$|^-[dFT]./.test(word.text));
}

/** wget(1): the same. */
function posts(command: ShellCommand): boolean {
  const method = flagValue(command, '--method');
  if (method !== undefined && /^[A-Z]+$/i.test(method) && !/^(GET|HEAD)$/i.test(method)) return true;
  return command.words.some((word) => /^--(post|body)-/.test(word.text));
}

/** Every statement is a query. A list of databases (`psql -l`) is one too; statements from a file are not known to be. */
function readsSql(command: ShellCommand, options: readonly string[]): boolean {
  const statements = command.words.flatMap(({ text }, index) => {
    if (options.includes(text)) return [command.words[index + 1]?.text ?? ''];
    // `-Atc`: the last of several letters has the value.
    if (/^-[A-Za-z]{2,}$/.test(text) && options.includes(`-${text.slice(-1)}`))
      return [command.words[index + 1]?.text ?? ''];
    const glued = options.find((option) => text.startsWith(option) && text !== option);
    return glued === undefined ? [] : [text.slice(glued.length).replace(/^=/, '')];
  });
  if (statements.length === 0) return hasFlag(command, '-l', '--list');
  return statements.every((text) =>
    text
      .split(';')
      .map((each) => each.trim())
      .every((each) => each === '' || each.startsWith(HOLE) || (READING_SQL.test(each) && !WRITING_SQL.test(each))),
  );
}
