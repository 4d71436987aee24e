/** Writer of lines on stdout; a progress bar at the bottom of the screen can redirect them through itself. */
export class Terminal {
  readonly isInteractive = process.stdout.isTTY && !process.env['CI'];
  #write: (text: string) => void = (text) => void process.stdout.write(text);

  constructor() {
    // The reader may end first, as in `npm start | head` or a closed terminal.
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
