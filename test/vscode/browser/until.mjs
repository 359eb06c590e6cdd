/** A guard against hangs, not a measure. */
const PATIENCE_MS = 30_000;

/** Waits until something is there. @throws when it does not come, with what was waited for */
export async function untilSeen(what, look) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
