import type { LineCell } from './copy-kernel';

/** Bytes of each number, see `assembly/lists.ts`. */
const NUMBER = 4;

/** The options of the cells that have choices, in the form in which the kernel looks them up. */
export function choiceOptions(cells: readonly LineCell[]): Buffer {
  const offsets = Buffer.alloc(NUMBER * cells.length);
  const parts: Buffer[] = [offsets];
  let end = offsets.length;
  const add = (part: Buffer): void => {
    parts.push(part);
    end += part.length;
  };
  cells.forEach((cell, index) => {
    if (typeof cell === 'string') return;
    const options = cell.choices.map((choice) => Buffer.from(choice));
    const head = Buffer.alloc(NUMBER * (1 + 2 * options.length));
    offsets.writeUInt32LE(end, NUMBER * index);
    head.writeUInt32LE(options.length, 0);
    add(head);
    options.forEach((option, place) => {
      const at = NUMBER * (1 + 2 * place);
      head.writeUInt32LE(end, at);
      head.writeUInt32LE(option.length, at + NUMBER);
      add(option);
    });
  });
  return Buffer.concat(parts);
}
