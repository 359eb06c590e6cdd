/** Runs the last of several requests when none came for a while. */
export class Debounce {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param wait in milliseconds */
  constructor(private readonly wait: number) {}

  schedule(run: () => void): void {
    this.cancel();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      run();
    }, this.wait);
  }

  cancel(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
  }
}
