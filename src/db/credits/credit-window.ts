import type { Knex } from 'knex';
import { type CreditWindow, type SpentMinute, usableCredits } from '../../domain/credits/credit-window';

/** The rolling day of a connection, with all that is needed to predict when credits come back. */
export interface CreditAccount {
  window: CreditWindow;
  /** Oldest first; together they are what the window has spent. At most one for each minute of a day. */
  minutes: SpentMinute[];
  /** PostgreSQL's clock, milliseconds since 1970. */
  now: number;
}

interface Row {
  dailyCredits: number | null;
  bufferPercent: number;
  spent: number[];
  minutes: { startedAt: number; spent: number[] }[];
  now: number;
}

/** Reads the spent credits of a connection; undefined before its first call. */
export async function readCreditWindow(knex: Knex, connectionId: string): Promise<CreditAccount | undefined> {
  const answer = await knex.raw<{ rows: Row[] }>(
    `select daily_credits::float8 as "dailyCredits", buffer_percent::float8 as "bufferPercent",
       day_spent::float8[] as spent, (extract(epoch from clock_timestamp()) * 1000)::float8 as now,
       (select jsonb_agg(jsonb_build_object('startedAt', extract(epoch from each.minute) * 1000, 'spent', each.spent)
          order by each.minute)
        from (select minute, spent from sync.credit_minutes where connection_id = account.connection_id
              union all select account.minute, account.minute_spent where isfinite(account.minute)) as each) as minutes
     from sync.credit_accounts account where connection_id = ?`,
    [connectionId],
  );
  const row = answer.rows[0];
  return (
    row && {
      window: { usable: usableCredits(row.dailyCredits, row.bufferPercent), spent: row.spent },
      minutes: row.minutes ?? [],
      now: row.now,
    }
  );
}
