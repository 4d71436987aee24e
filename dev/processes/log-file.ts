import { copyFileSync, mkdirSync, renameSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';

/** Bytes after which a log is set aside. */
const LIMIT_BYTES = 20 * 1024 * 1024;
const LOOK_EVERY_MS = 10_000;

/**
 * Makes a log ready for a process: its folder exists, and one that is too long is set aside as `.1`.
 * @returns where this run's output will begin
 */
export function prepareLog(file: string, limitBytes: number = LIMIT_BYTES): number {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const size = sizeOf(file);
  if (size <= limitBytes) return size;
  renameSync(file, `${file}.1`);
  return 0;
}

/**
 * Sets a log that is too long aside as `.1` while a process appends to it. The process keeps its handle, so the text is
 * copied and the file emptied; what it writes in between is lost.
 */
export function rotateLog(file: string, limitBytes: number = LIMIT_BYTES): void {
  if (sizeOf(file) <= limitBytes) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

/** Rotates a log from time to time. @returns ends that */
export function keepLogShort(file: string): () => void {
  const timer = setInterval(() => rotateLog(file), LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
