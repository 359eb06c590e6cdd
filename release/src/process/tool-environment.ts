/** Variables that change what a tool does behind our back, or make it print secrets (release-engine.md §3.10). */
const DROPPED =
  /^(?:TF_CLI_ARGS.*|TF_LOG.*|TF_INPUT|TF_WORKSPACE|TF_DATA_DIR|TF_VAR_.*|PACKER_LOG.*|PKR_VAR_.*|NODE_OPTIONS|NODE_.*_PROXY_.*|ELECTRON_.*|VSCODE_.*|GIT_(?!CONFIG).*|LD_PRELOAD|LD_LIBRARY_PATH|DYLD_.*|BASH_ENV|ENV|PROMPT_COMMAND)$/;

/** Plain output in one language, and nobody to ask. */
const SET: Readonly<Record<string, string>> = {
  TF_IN_AUTOMATION: '1',
  CHECKPOINT_DISABLE: '1',
  PACKER_NO_COLOR: '1',
  NO_COLOR: '1',
  LC_ALL: 'C.UTF-8',
};

/**
 * The environment that tools run in: ours without what would steer them, and what the step adds.
 *
 * @param added by the step; wins
 */
export function toolEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  added: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) if (value !== undefined && !DROPPED.test(name)) kept[name] = value;
  return { ...kept, ...SET, ...added };
}
