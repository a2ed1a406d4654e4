/** What the senders saw. */
export class Tally {
  sent = 0;
  /** Answers by status code. */
  readonly answers = new Map<number, number>();
  /** The `_id` that each accepted event has in the store. */
  readonly accepted: string[] = [];
  /** From the moment a request was due to its answer, for those accepted. */
  readonly latencies: number[] = [];

  answered(status: number, documentId: string, milliseconds: number): void {
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    if (status !== 200) return;
    this.accepted.push(documentId);
    this.latencies.push(milliseconds);
  }

  get unanswered(): number {
    return this.sent - [...this.answers.values()].reduce((sum, count) => sum + count, 0);
  }

  /** In milliseconds. */
  percentile(percent: number): number {
    const sorted = this.latencies.toSorted((one, other) => one - other);
    return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
  }
}
