import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

/** One file as the body of a `multipart/form-data` request, streamed with a known length: memory stays constant. */
export class MultipartFile {
  /** Bytes of the whole body. */
  readonly size: number;
  readonly #file: string;
  readonly #boundary = `pulse-${randomUUID()}`;
  readonly #head: Buffer;
  readonly #tail: Buffer;

  /**
   * @param part.name of the form field.
   * @param part.fileName what Zoho calls the file; plain ASCII without quotes.
   * @param part.bytes size of the file, which must not change until it is sent.
   */
  constructor(file: string, part: { name: string; fileName: string; contentType: string; bytes: number }) {
    this.#file = file;
    const disposition = `Content-Disposition: form-data; name="${part.name}"; filename="${part.fileName}"`;
    this.#head = Buffer.from(`--${this.#boundary}\r\n${disposition}\r\nContent-Type: ${part.contentType}\r\n\r\n`);
    this.#tail = Buffer.from(`\r\n--${this.#boundary}--\r\n`);
    this.size = this.#head.length + part.bytes + this.#tail.length;
  }

  /** A fresh body for one request, with the headers that describe it. */
  open(): { body: Readable; headers: Record<string, string> } {
    return {
      body: Readable.from(this.#bytes(), { objectMode: false }),
      headers: {
        'content-type': `multipart/form-data; boundary=${this.#boundary}`,
        'content-length': String(this.size),
      },
    };
  }

  async *#bytes(): AsyncGenerator<Buffer> {
    yield this.#head;
    yield* createReadStream(this.#file) as AsyncIterable<Buffer>;
    yield this.#tail;
  }
}
