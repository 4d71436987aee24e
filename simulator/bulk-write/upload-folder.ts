import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeResultFolder } from '../bulk-read/result-folder';
import type { VirtualClock } from '../clock';
import { entryNames } from './zip-file';

/** Zoho does not say how long an uploaded file waits for its job; a day is what other temporary files get. */
const UPLOAD_LIFE_MS = 86_400_000;
const RESULT_LIFE_MS = 7 * 86_400_000;
const FIRST_FILE_NUMBER = 5_500_000_800_000_001n;

export interface UploadedFile {
  readonly id: string;
  readonly path: string;
  /** Names of the files in the zip. */
  readonly names: readonly string[];
  /** Milliseconds since 1970, virtual. */
  readonly created: number;
}

/** The files of bulk write on disk: what was uploaded, and the results. */
export class UploadFolder {
  readonly #files = new Map<string, UploadedFile>();
  #folder: Promise<string> | undefined;
  #number = FIRST_FILE_NUMBER;
  readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** Keeps a zip for a day. Undefined when it is none. */
  async add(content: Buffer): Promise<UploadedFile | undefined> {
    const id = `550${String(this.#number++)}`;
    const file = await this.#pathOf(`${id}.zip`);
    await writeFile(file, content);
    const names = await entryNames(file).catch(() => undefined);
    if (!names) {
      await rm(file, { force: true });
      return undefined;
    }
    const uploaded: UploadedFile = { id, path: file, names, created: this.clock.now() };
    this.#files.set(id, uploaded);
    this.clock.at(uploaded.created + UPLOAD_LIFE_MS, () => {
      this.#files.delete(id);
      void rm(file, { force: true });
    });
    return uploaded;
  }

  get(id: string): UploadedFile | undefined {
    return this.#files.get(id);
  }

  resultPath(jobId: string): Promise<string> {
    return this.#pathOf(`result-${jobId}.zip`);
  }

  /** Whether a result completed then can still be fetched. */
  isKept(completed: number): boolean {
    return completed + RESULT_LIFE_MS > this.clock.now();
  }

  /** Removes a result file when its seven days are over. */
  expire(file: string, completed: number): void {
    this.clock.at(completed + RESULT_LIFE_MS, () => void rm(file, { force: true }));
  }

  async clear(): Promise<void> {
    this.#files.clear();
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder) await rm(await folder, { recursive: true, force: true });
  }

  async #pathOf(name: string): Promise<string> {
    this.#folder ??= makeResultFolder();
    return path.join(await this.#folder, name);
  }
}
