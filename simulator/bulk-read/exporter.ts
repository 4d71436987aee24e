import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ExportReply, ExportResult, ExportTask } from './export-task';
import { makeResultFolder } from './result-folder';

/** Runs exports one after another in one thread, which starts with the first, and owns the folder of result files. */
export class Exporter {
  #worker: Worker | undefined;
  #folder: Promise<string> | undefined;

  /** Where the zip of a job goes. */
  async fileOf(jobId: string): Promise<string> {
    this.#folder ??= makeResultFolder();
    return path.join(await this.#folder, `${jobId}.zip`);
  }

  /** Starts the thread early, so that the first job does not wait for it. */
  warmUp(): void {
    this.#thread();
  }

  run(task: ExportTask): Promise<ExportResult> {
    const worker = this.#thread();
    return new Promise((resolve, reject) => {
      const settle = (error: Error | undefined, reply?: ExportReply): void => {
        worker.off('message', onMessage);
        worker.off('error', onError);
        worker.off('exit', onExit);
        worker.unref();
        if (reply && 'result' in reply) resolve(reply.result);
        else reject(error ?? new Error(reply && 'error' in reply ? reply.error : 'export failed'));
      };
      const onMessage = (reply: ExportReply): void => settle(undefined, reply);
      const onError = (error: Error): void => {
        this.#worker = undefined;
        settle(error);
      };
      const onExit = (): void => {
        this.#worker = undefined;
        settle(new Error('the export thread ended'));
      };
      worker.on('message', onMessage);
      worker.on('error', onError);
      worker.on('exit', onExit);
      worker.ref();
      worker.postMessage(task);
    });
  }

  /** Ends the thread and removes every file. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #thread(): Worker {
    this.#worker ??= startThread();
    this.#worker.unref();
    return this.#worker;
  }
}

/**
 * Starts the thread's file, which lies next to this one. Run from source, the thread has to load tsx itself: Node 20
 * does not pass the loaders of the main thread on to the entry file of a worker.
 */
function startThread(): Worker {
  const extension = path.extname(__filename);
  const entry = path.join(__dirname, `export-thread${extension}`);
  if (extension === '.js') return new Worker(entry);
  const loader = require.resolve('tsx/cjs');
  return new Worker(`require(${JSON.stringify(loader)}); require(${JSON.stringify(entry)});`, { eval: true });
}
