/**
 * Published actions that log in to a server and change it. Data, not logic: add one with its repository's name in lower
 * case. Actions that only load a key (webfactory/ssh-agent) are not among them.
 */
export const SSH_ACTIONS: readonly RegExp[] = [
  /^appleboy\/(ssh|scp)-action$/,
  /^easingthemes\/ssh-deploy$/,
  /^burnett01\/rsync-deployments$/,
  /^contention\/(rsync-deployments|sftp-deploy-action)$/,
  /^fifsky\/ssh-action$/,
  /^d3rhase\/ssh-command-action$/,
  /^garygrossgarten\/github-action-(ssh|scp)$/,
  /^cross-the-world\/.*(ssh|scp).*$/,
  /^wlixcc\/sftp-deploy-action$/,
  /^samkirkland\/(ftp-deploy-action|web-deploy)$/,
  /^nogsantos\/ssh-scp-deploy$/,
  /^up9cloud\/action-rsync$/,
  /^matheusvanzan\/sshpass-action$/,
];
