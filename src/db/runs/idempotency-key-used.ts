/** The same caller has used this idempotency key before, for the run that is named here. */
export class IdempotencyKeyUsed extends Error {
  override readonly name = 'IdempotencyKeyUsed';
  readonly runId: string;
  readonly isRepeat: boolean;

  constructor(
    runId: string,
    /** Whether it came with the same request: then that run is the answer. */
    isRepeat: boolean,
  ) {
    super(`The idempotency key belongs to run ${runId}.`);
    this.runId = runId;
    this.isRepeat = isRepeat;
  }
}
