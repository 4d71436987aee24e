import { Transform } from 'node:stream';
import { LARGEST_LINE } from '../../../domain/runs/export-pages';
import { BINARY_HEADER, BINARY_TRAILER } from './binary-format';
import { choiceOptions } from './choice-options';
import {
  aligned,
  attempt,
  blockBytes,
  copyKernel,
  memoryOf,
  typeNumbers,
  UnusualValue,
  type LineCell,
} from './copy-kernel';
import { userNames, type UserNames } from './user-names';

/** The file has a line that no export has. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';

  constructor() {
    super(`The result file has a line of more than ${LARGEST_LINE} bytes.`);
  }
}

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const END_OF_LAST_LINE = Buffer.from([NEWLINE]);

/**
 * Turns an exported CSV, header line first, into a whole COPY in binary format. Empty cells are null, quoted ones, too.
 * @param cells of a line, in the order of the file; a row has a column for each but skipped ones, and behind a `user` one
 * for the name. The stream fails with `UnusualValue` when a value is not written as its type usually is, a user's name is
 * not known, or a line is not as an export writes it; PostgreSQL then has to read the file itself.
 * @param names of users by id
 */
export function csvToBinary(cells: readonly LineCell[], names: ReadonlyMap<string, string> = new Map()): Transform {
  const lines = new LinesToBinary(cells, userNames(names));
  return new Transform({
    highWaterMark: 1 << 20,
    construct(done) {
      this.push(BINARY_HEADER);
      done();
    },
    transform(chunk: Buffer, _encoding, done) {
      try {
        done(null, lines.convert(chunk));
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        done(null, Buffer.concat([lines.end(), BINARY_TRAILER]));
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

/** Converts the lines that are whole, and keeps the beginning of the next one. */
class LinesToBinary {
  readonly #types: Buffer;
  readonly #width: number;
  readonly #options: Buffer;
  readonly #users: UserNames;
  #rest = Buffer.alloc(0);
  #isHeader = true;
  #outputRoom = 512 * 1024;

  constructor(cells: readonly LineCell[], users: UserNames) {
    const count = (wanted: LineCell) => cells.filter((cell) => cell === wanted).length;
    this.#types = typeNumbers(cells);
    this.#width = cells.length - count('skipped') + count('user');
    this.#options = choiceOptions(cells);
    this.#users = users;
  }

  convert(chunk: Buffer): Buffer {
    const types = this.#types;
    const options = this.#options;
    const users = this.#users;
    const rest = this.#rest;
    const typesAt = aligned(copyKernel().heap());
    const optionsAt = aligned(typesAt + types.length);
    const usersAt = aligned(optionsAt + options.length + blockBytes());
    const input = aligned(usersAt + users.bytes.length + blockBytes());
    const length = rest.length + chunk.length;
    const output = aligned(input + length + 2 * blockBytes());
    for (;;) {
      const memory = memoryOf(copyKernel(), output + this.#outputRoom + blockBytes());
      memory.set(types, typesAt);
      memory.set(options, optionsAt);
      memory.set(users.bytes, usersAt);
      memory.set(rest, input);
      memory.set(chunk, input + rest.length);
      // They end every search.
      memory.fill(0, input + length, output).writeUInt8(QUOTE, input + length);
      const rows = attempt(input, (kernel) => {
        kernel.setOptions(optionsAt);
        kernel.setUsers(usersAt, users.sizeBits, users.longest);
        const room = this.#outputRoom;
        return kernel.convertLines(
          input,
          length,
          output,
          room,
          typesAt,
          types.length,
          this.#width,
          Number(this.#isHeader),
        );
      });
      if (rows === undefined) this.#outputRoom *= 2;
      else {
        const { csvConsumed, csvWritten } = copyKernel();
        if (csvConsumed.value > input) this.#isHeader = false;
        this.#rest = Buffer.from(memory.subarray(csvConsumed.value, input + length));
        // A line that is not whole is read again with every piece: one without an end would keep the worker busy.
        if (this.#rest.length > LARGEST_LINE) throw new LineTooLong();
        return Buffer.from(memory.subarray(output, csvWritten.value));
      }
    }
  }

  /** The last line may have no end. */
  end(): Buffer {
    if (this.#rest.length === 0) return Buffer.alloc(0);
    const rows = this.convert(END_OF_LAST_LINE);
    if (this.#rest.length > 0) throw new UnusualValue('The last line of the export is not whole.');
    return rows;
  }
}
