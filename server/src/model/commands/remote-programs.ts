/** What a command line does to the server on which it runs. */
export type RemoteEffect = 'changes' | 'reads' | 'unknown';

/** Programs that change what is on a server or what runs on it, with the verbs that do where others only ask. */
const CHANGES: readonly RegExp[] = [
  /^(systemctl|service|supervisorctl|rc-service|initctl)\s.*\b(start|stop|restart|reload|try-restart|enable|disable|update)\b/,
  /^(docker|podman|nerdctl)\s.*\b(run|pull|up|down|start|stop|restart|kill|pause|unpause|rm|load|build|deploy|update)\b/,
  /^docker-compose\s.*\b(pull|up|down|start|stop|restart|kill|rm|build)\b/,
  /^(apt|apt-get|yum|dnf|zypper|apk|snap|pip3?|npm|yarn|pnpm|gem|bundle|composer|cargo)\s.*\b(install|upgrade|update|add|remove|ci)\b/,
  /^git\s.*\b(pull|checkout|clone|reset|fetch|merge)\b/,
  /^(pm2|forever)\s/,
  /^(helm|kubectl|oc)\s.*\b(apply|upgrade|install|delete|patch|set|scale|rollout)\b/,
  /^sed\s.*-i/,
  /^(reboot|shutdown|halt|tee|crontab|ansible-playbook|ansible-pull|puppet|chef-client|salt-call)\b/,
];

/** Programs that only look. */
const READS =
  /^(:|true|false|test|\[|echo|printf|date|uptime|hostname|hostnamectl|uname|whoami|id|w|who|ls|cat|head|tail|less|grep|egrep|zgrep|awk|wc|sort|uniq|cut|find|stat|du|df|free|ps|top|pgrep|ss|netstat|ip|ifconfig|lsblk|mount|dmesg|journalctl|env|printenv|which|command|curl|nc|ping|sleep|exit|pwd|cd|nproc|lscpu|cloud-init\s+status|systemctl\s+(status|is-active|is-enabled|is-system-running|show|list-\S+|--failed)|(docker|podman|nerdctl|crictl)\s+((image|container|volume|network)\s+(ls|list|inspect)|ps|logs|inspect|images|info|version|stats)|docker(-compose|\s+compose)\s+(ps|logs)|kubectl\s+(get|describe|logs|version|cluster-info)|git\s+(status|log|rev-parse|show|diff))(\s|$)/;

const WRAPPERS = /^((sudo|nohup|exec|time|timeout\s+\S+|env)\s+((-[ugCpRTh]\s+\S+|-\S+)\s+)*|\w+=\S*\s+)+/;

/**
 * Judges a command line by the programs in it: one that changes something is enough, and only when all are known to look
 * does it only look. Unknown words (holes, scripts) make it unknown.
 */
export function remoteEffect(line: string): RemoteEffect {
  const parts = line
    .split(/&&|\|\||[;|\n]/)
    .map((part) => part.trim().replace(WRAPPERS, ''))
    .filter((part) => part !== '' && !/^(if|then|else|fi|do|done|while|until|for|#)\b/.test(part));
  if (parts.length === 0) return 'unknown';
  if (parts.some((part) => CHANGES.some((pattern) => pattern.test(part)))) return 'changes';
  const writes = /(^|[^0-9&])>>?\s*(?!\/dev\/null|&|\s)/.test(line);
  return !writes && parts.every((part) => READS.test(part)) ? 'reads' : 'unknown';
}
