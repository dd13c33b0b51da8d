// Requests a new answer after a change: not at every keystroke, one request at a time, and without showing stale answers.

export class Refresher<Answer> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private changedMeanwhile = false;
  private disposed = false;

  constructor(
    private readonly ask: () => Promise<Answer>,
    private readonly show: (answer: Answer) => void,
    private readonly fail: (reason: unknown) => void,
    private readonly delay = 120,
  ) {}

  /** Something has changed: requests the answer a moment later. */
  changed(): void {
    if (this.disposed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), this.delay);
  }

  /** Requests the answer at once. */
  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    if (this.disposed) return;
    if (this.asking) {
      this.changedMeanwhile = true;
      return;
    }
    this.asking = true;
    try {
      const answer = await this.ask();
      if (!this.disposed && !this.changedMeanwhile) this.show(answer);
    } catch (reason) {
      if (!this.disposed) this.fail(reason);
    } finally {
      this.asking = false;
    }
    if (this.changedMeanwhile) {
      this.changedMeanwhile = false;
      await this.refresh();
    }
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
  }
}
