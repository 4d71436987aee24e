import { z } from 'zod';
import { RUN_STATUSES } from '../../domain/runs/enums';
import { PAGE_FIELDS } from '../http/paging';
import { plainText } from '../http/parameters';

const timestamp = z.iso.datetime().meta({ description: 'UTC.' });

export const Schedule = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['incremental', 'nightly']).meta({ description: 'What it starts.' }),
    connection: z.string(),
    module: z.string().nullable(),
    everyMinutes: z.int().nullable().meta({ description: 'Of an incremental schedule.' }),
    at: z.string().nullable().meta({ description: 'Time of day of a night, `HH:MM`.' }),
    timeZone: z.string().nullable().meta({ description: 'Zone of that time.' }),
    next: z.array(timestamp).max(5).meta({ description: 'The next runs, up to the jitter; none while it is paused.' }),
    last: z
      .strictObject({ sessionId: z.uuid(), status: z.enum(RUN_STATUSES), at: timestamp })
      .nullable()
      .meta({ description: 'The newest session of the kind, whoever started it.' }),
    state: z.enum(['active', 'paused', 'missing']).meta({
      description: '`missing`: the engine has not made it yet, which takes seconds.',
    }),
    pausedBy: z.string().nullable().meta({
      description: '`engine`: while the organization cannot be called; `temporal`: somebody in the Temporal UI.',
    }),
    reason: z.string().nullable().meta({ description: 'Why it is paused.' }),
    drift: z.boolean().nullable().meta({
      description:
        'Whether Temporal has other settings than the configuration, which the engine mends within a minute.',
    }),
    source: z.enum(['temporal', 'database']).meta({
      description: '`database` while Temporal does not answer: state and next runs are what they should be.',
    }),
  })
  .meta({ id: 'Schedule', description: 'Something that the clock starts.' });
export type Schedule = z.infer<typeof Schedule>;

export const ScheduleAnswer = z
  .strictObject({ schedule: Schedule })
  .meta({ id: 'ScheduleAnswer', description: 'A schedule.' });

export const SchedulePage = z
  .strictObject({ schedules: z.array(Schedule), ...PAGE_FIELDS })
  .meta({ id: 'SchedulePage', description: 'Schedules by id.' });

export const ScheduleParams = z.strictObject({
  id: plainText(300).meta({ description: 'Id of the schedule, e.g. `incremental:crm:Deals`.' }),
});
