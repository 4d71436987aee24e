import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { failureTable } from '../dev/failure-table';
import { projectRoot } from '../dev/project-root';

/** Writes docs/failures.md from the register of failures. Run it after a change of the register. */
writeFileSync(path.join(projectRoot(), 'docs/failures.md'), failureTable());
