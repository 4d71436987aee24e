/** Lines on stdout; a progress bar that owns the bottom of the screen can take them over for a while. */
export class Terminal {
  readonly isInteractive = process.stdout.isTTY && !process.env['CI'];
  #write: (text: string) => void = (text) => void process.stdout.write(text);

  constructor() {
    // The reader may go away first: `npm start | head`, a closed terminal.
    process.stdout.on('error', () => undefined);
  }

  line(text: string): void {
    this.#write(`${text}\n`);
  }

  /** Sends lines through `write` until the returned function is called. */
  redirect(write: (text: string) => void): () => void {
    const before = this.#write;
    this.#write = write;
    return () => (this.#write = before);
  }
}
