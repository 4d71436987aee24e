import { Worker } from '@temporalio/worker';
import { withBundle } from './workflow-bundle';

/** The product's worker, which takes its workflows from the file that is the first argument. */
const [, , codePath = ''] = process.argv;
const create = Worker.create.bind(Worker);
Worker.create = (options) => create(withBundle(options, codePath));

void import('../../src/bin/worker.js');
