import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parentPort } from 'node:worker_threads';
import { Catalog } from '../data/catalog';
import { showFields } from '../fields/custom-fields';
import { Records } from '../store/records';
import { csvChunks, type ExportProgress } from './export-rows';
import type { ExportReply, ExportResult, ExportTask } from './export-task';
import { zippedCsv } from './zipped-csv';

/**
 * The thread that writes bulk-read files, so that the HTTP loop goes on answering meanwhile. It rebuilds the data from
 * the seed instead of receiving it.
 */
let records: Records | undefined;
let dataOf = '';

function recordsFor(task: ExportTask): Records {
  const data = JSON.stringify(task.data);
  if (!records || data !== dataOf) records = new Records(new Catalog(task.data));
  dataOf = data;
  const { catalog } = records;
  for (const request of task.addedModules.slice(catalog.requests.length)) catalog.add(request);
  for (const opened of records.all()) {
    showFields(opened.module, task.createdFields[opened.module.apiName]);
    const snapshot = task.snapshots[opened.module.apiName];
    if (snapshot) opened.store.restore(snapshot);
    else opened.store.clear();
  }
  return records;
}

async function runExport(task: ExportTask): Promise<ExportResult> {
  const current = recordsFor(task);
  const opened = current.find(task.module);
  if (!opened) throw new Error(`no module ${task.module}`);
  const progress: ExportProgress = { count: 0, more: false, lastRow: -1 };
  const output = createWriteStream(task.file);
  const csv = Readable.from(csvChunks(current, opened, task, progress), { objectMode: true, highWaterMark: 2 });
  await pipeline(zippedCsv(`${task.jobId}.csv`, csv), output);
  return { ...progress, bytes: output.bytesWritten };
}

parentPort?.on('message', (task: ExportTask) => {
  runExport(task).then(
    (result) => parentPort?.postMessage({ result } satisfies ExportReply),
    (error: unknown) => parentPort?.postMessage({ error: String(error) } satisfies ExportReply),
  );
});
