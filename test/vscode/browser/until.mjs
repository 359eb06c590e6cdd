/** A guard against hangs, not a measure. */
const PATIENCE_MS = 30_000;

/**
 * Waits until something is there.
 *
 * @param {string} what is waited for
 * @param {() => unknown} look a value that counts as true once it is there
 * @param {() => unknown} [found] what is there instead, for the error
 * @throws when it does not come, with what was waited for
 */
export async function untilSeen(what, look, found) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end)
      throw new Error(`waited in vain for ${what}${found ? `: there is ${JSON.stringify(found())}` : ''}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
