/** Words that would break what the engine relies on: which container it is, and that it stays until it is retired. */
export const ENGINE_WORDS = /^--(?:name|replace|pull|rm|detach|cidfile|label-file|restart=no)(?:=|$)|^-[a-z]*d[a-z]*$/;

/** Variables that would steer the engine's command line itself when a secret is passed through its environment. */
export const STEERING_VARIABLES =
  /^(?:PATH|HOME|TMPDIR|SHELL|USER|(?:CONTAINERS?|DOCKER|BUILDAH|STORAGE|REGISTRY|XDG|LD|DBUS|SSL|SSH)_.*|.*_PROXY|NOTIFY_SOCKET|IMMUTABLE_STEP)$/i;
