import { loadSequence } from '../../../domain/runs/chunk-numbers';
import { Parameters, quoteIdentifier } from '../identifiers';
import { qualifiedTable, SYNCED_AT, type MirrorModule } from '../mirror-module';
import { noteDifferences, type ComparisonTerms } from './difference-rows';
import { changedRows, changesOf, createdRows, creationOf } from './history-rows';
import { MergeRule, type RuleOptions } from './merge-rule';
import { notedNames } from './name-rows';
import { assignedValue, type StagingLayout } from './staged-column';
import { STAGING } from './staging';

/** First position of the statuses of a chunk's updated rows: above those of the created ones. */
const UPDATED_POSITIONS = 1_000_000;

export interface MergeInstructions extends Omit<RuleOptions, 'answersDoubt'> {
  sessionId: string;
  chunkNumber: number;
  /** Write a record status for every row that is created or changed, and the history of created ones. */
  trackRecords: boolean;
  /** The rows were asked for because of doubts up to this number: what they say of those is right. */
  settlesDoubtsUpTo?: string | undefined;
  /** Set while a module is compared with its mirror: what differs is noted. */
  comparison?: ComparisonTerms | undefined;
}

/** Users of the organization whose name is known. */
export interface NamedUsers {
  /** JSON object, id -> name: looking a name up there is cheaper than a join, and no planner can get it wrong. */
  names: string;
  ids: readonly string[];
}

export interface MergeContext {
  /** Lowest and highest staged id. */
  range: [string, string];
  users: NamedUsers;
  /** Tombstones may keep staged rows out. */
  fenced: boolean;
}

/** Staged columns with ids of users whose names the records do not tell. */
export function userColumns(layout: StagingLayout): string[] {
  return layout.missingNames.filter(({ isUser }) => isUser).map(({ idColumn }) => `s.${quoteIdentifier(idColumn)}`);
}

/** SQL that is true for a staged row `s` with a user whose name is not known. */
export function anyNameless(layout: StagingLayout, { ids }: NamedUsers, parameters: Parameters): string {
  const columns = userColumns(layout);
  if (columns.length === 0) return 'false';
  const known = parameters.add(ids, 'bigint[]');
  return columns.map((id) => `${id}::bigint <> all (${known})`).join(' or ');
}

export interface Statement {
  text: string;
  values: unknown[];
}

/**
 * The statements of one merge. Identifiers come from the mapping, quoted; values travel as parameters. Those that write
 * more than the mirror answer the number of its rows as `rows`.
 */
export class MergeStatements {
  readonly #table: string;
  readonly #range: string;
  readonly #oldRange: string;
  readonly #mirror: MirrorModule;
  readonly #layout: StagingLayout;
  readonly #instructions: MergeInstructions;
  readonly #context: MergeContext;

  constructor(mirror: MirrorModule, layout: StagingLayout, instructions: MergeInstructions, context: MergeContext) {
    this.#mirror = mirror;
    this.#layout = layout;
    this.#instructions = instructions;
    this.#context = context;
    this.#table = qualifiedTable(mirror);
    const [low, high] = context.range;
    // Ids, and written out because a statement that creates a table takes no parameters.
    this.#range = `m.id between ${BigInt(low)} and ${BigInt(high)}`;
    this.#oldRange = `old.id between ${BigInt(low)} and ${BigInt(high)}`;
  }

  anyInRange(): Statement {
    return { text: `select from ${this.#table} m where ${this.#range} limit 1`, values: [] };
  }

  /** Reads as few columns of the mirror as it can. */
  decide(): Statement {
    const parameters = new Parameters();
    const decision = this.#rule(parameters).decision();
    return {
      text: `insert into decided
        select id, decision from (
          select s.id, ${decision} as decision
          from ${STAGING} s left join ${this.#table} m on m.id = s.id and ${this.#range}
        ) judged where decision is not null`,
      values: parameters.values,
    };
  }

  /** Compares the rows whose time does not vouch for their values. */
  compare(): Statement {
    const parameters = new Parameters();
    const comparison = this.#rule(parameters).comparison();
    return {
      text: `update decided d set decision = ${comparison}
        from ${STAGING} s, ${this.#table} m
        where d.decision = 'compare' and s.id = d.id and m.id = d.id and ${this.#range}`,
      values: parameters.values,
    };
  }

  noteDifferences(terms: ComparisonTerms): Statement {
    const { sessionId, asOf } = this.#instructions;
    const judged = { sessionId, asOf, terms, range: this.#range };
    return noteDifferences(this.#mirror, this.#layout, judged, new Parameters());
  }

  /** Joins the row as it was: `returning old` is new in PostgreSQL 18. */
  update(): Statement {
    const parameters = new Parameters();
    const { missingNames, modifiedTime } = this.#layout;
    const { partialRead } = this.#instructions;
    const columns = this.#layout.columns.filter(({ name }) => !partialRead || name !== modifiedTime);
    const users = missingNames.some(({ isUser }) => isUser) ? parameters.add(this.#context.users.names, 'jsonb') : '';
    const assignments = [
      ...columns.map((column) => `${quoteIdentifier(column.name)} = ${assignedValue(column)}`),
      // A name belongs to its id. A user who has left Zoho's list keeps the name the mirror knows.
      ...missingNames.map(({ column, idColumn, isUser }) => {
        const [name, id] = [quoteIdentifier(column), quoteIdentifier(idColumn)];
        const kept = `case when m.${id} = s.${id}::bigint then m.${name} end`;
        return `${name} = ${isUser ? `coalesce(${users} ->> s.${id}::text, ${kept})` : kept}`;
      }),
      ...(this.#rule(new Parameters()).setsReadTime
        ? [`${SYNCED_AT} = ${parameters.add(this.#instructions.asOf, 'timestamptz')}`]
        : []),
    ];
    const assigned = new Set(columns.map(({ name }) => name));
    const update = `update ${this.#table} m set ${assignments.join(', ')}
      from decided c join ${STAGING} s on s.id = c.id join ${this.#table} old on old.id = c.id and ${this.#oldRange}
      where m.id = c.id and c.decision = 'update' and ${this.#range}
      returning m.id, ${changesOf(this.#mirror, assigned)}`;
    const history = changedRows(this.#mirror, this.#work, parameters);
    const names = notedNames(this.#mirror, 'changed', parameters);
    return this.#withRows(update, [history, ...names, ...this.#statuses('updated', parameters)], parameters);
  }

  /** Notes when rows were read whose values turned out to be right. */
  settle(): Statement {
    return {
      text: `update ${this.#table} m set ${SYNCED_AT} = $1 from decided c
        where m.id = c.id and c.decision = 'settle' and ${this.#range}`,
      values: [this.#instructions.asOf],
    };
  }

  noteDoubts(): Statement {
    const time = this.#layout.modifiedTime;
    return {
      text: `insert into sync.doubtful_records (connection_id, module_name, record_id, modified_time, synced_at, session_id)
        select $1, $2, c.id, ${time ? `m.${quoteIdentifier(time)}` : 'null::timestamptz'}, m.${SYNCED_AT}, $3
        from decided c left join ${this.#table} m on m.id = c.id and ${this.#range}
        where c.decision = 'doubt'
        on conflict (connection_id, module_name, record_id) do update set
          number = excluded.number, modified_time = excluded.modified_time, synced_at = excluded.synced_at,
          session_id = excluded.session_id, created_at = now()`,
      values: [this.#mirror.connectionId, this.#mirror.key, this.#instructions.sessionId],
    };
  }

  /** A user who is in no list of users has a name only in records as list calls show them: one of each is asked for. */
  doubtNamelessUsers(): Statement {
    const parameters = new Parameters();
    const { connectionId, key } = this.#mirror;
    const { users } = this.#context;
    const ids = userColumns(this.#layout).map((id) => `(${id}::bigint)`);
    return {
      text: `insert into sync.doubtful_records (connection_id, module_name, record_id, session_id)
        select ${parameters.add(connectionId, 'uuid')}, ${parameters.add(key, 'text')}, min(s.id),
          ${parameters.add(this.#instructions.sessionId, 'uuid')}
        from ${STAGING} s, lateral (values ${ids.join(', ')}) as person (id)
        where (${anyNameless(this.#layout, users, parameters)})
          and person.id <> all (${parameters.add(users.ids, 'bigint[]')})
        group by person.id
        on conflict (connection_id, module_name, record_id) do nothing`,
      values: parameters.values,
    };
  }

  insert(which: 'all' | 'missing'): Statement {
    const parameters = new Parameters();
    const targets = [
      { name: 'id', expression: 's.id' },
      ...this.#layout.columns.map(({ name, expression }) => ({ name: quoteIdentifier(name), expression })),
      ...this.#userColumns(parameters),
      { name: SYNCED_AT, expression: parameters.add(this.#instructions.asOf, 'timestamptz') },
    ];
    const insert = `insert into ${this.#table} as m (${targets.map(({ name }) => name).join(', ')})
       select ${targets.map(({ expression }) => expression).join(', ')}
       from ${STAGING} s ${which === 'missing' ? `join decided c on c.id = s.id and c.decision = 'insert'` : ''}
       ${this.#context.fenced ? this.#notDeletedSince(parameters) : ''}`;
    if (!this.#instructions.trackRecords) return { text: insert, values: parameters.values };
    const history = createdRows(this.#mirror, this.#work, parameters);
    return this.#withRows(
      `${insert} returning m.id, ${creationOf(this.#mirror)}`,
      [history, ...notedNames(this.#mirror, 'created', parameters), ...this.#statuses('created', parameters)],
      parameters,
    );
  }

  #notDeletedSince(parameters: Parameters): string {
    return `where not exists (
      select from sync.tombstones t
      where t.connection_id = ${parameters.add(this.#mirror.connectionId, 'uuid')}
        and t.module_name = ${parameters.add(this.#mirror.key, 'text')}
        and t.record_id = s.id and t.deleted_at >= ${parameters.add(this.#instructions.asOf, 'timestamptz')})`;
  }

  /** A row that was read after its delete has been restored. */
  forgetTombstones(): Statement {
    return {
      text: `delete from sync.tombstones
        where connection_id = $1 and module_name = $2 and deleted_at < $3
          and record_id in (select id from ${STAGING})`,
      values: [this.#mirror.connectionId, this.#mirror.key, this.#instructions.asOf],
    };
  }

  #userColumns(parameters: Parameters): { name: string; expression: string }[] {
    const ofUsers = this.#layout.missingNames.filter(({ isUser }) => isUser);
    if (ofUsers.length === 0) return [];
    const users = parameters.add(this.#context.users.names, 'jsonb');
    return ofUsers.map(({ column, idColumn }) => ({
      name: quoteIdentifier(column),
      expression: `${users} ->> s.${quoteIdentifier(idColumn)}::text`,
    }));
  }

  #rule(parameters: Parameters): MergeRule {
    return new MergeRule(this.#layout, { ...this.#instructions, answersDoubt: this.#answersDoubt(parameters) });
  }

  /** The row was asked for after the mirror's row was written, if that is still the one the doubt was about. */
  #answersDoubt(parameters: Parameters): string | undefined {
    const { settlesDoubtsUpTo } = this.#instructions;
    if (settlesDoubtsUpTo === undefined) return undefined;
    const time = this.#layout.modifiedTime;
    return `exists (
      select from sync.doubtful_records doubt
      where doubt.connection_id = ${parameters.add(this.#mirror.connectionId, 'uuid')}
        and doubt.module_name = ${parameters.add(this.#mirror.key, 'text')} and doubt.record_id = s.id
        and doubt.number <= ${parameters.add(settlesDoubtsUpTo, 'bigint')} and doubt.synced_at = m.${SYNCED_AT}
        ${time ? `and doubt.modified_time is not distinct from m.${quoteIdentifier(time)}` : ''})`;
  }

  get #work(): { sessionId: string; sequence: number } {
    const { sessionId, chunkNumber } = this.#instructions;
    return { sessionId, sequence: loadSequence(chunkNumber) };
  }

  /** Writes what the books say of the rows of a statement in the same statement. */
  #withRows(statement: string, expressions: readonly string[], { values }: Parameters): Statement {
    const text = `with merged as (${statement}), ${expressions.join(', ')} select count(*)::int as rows from merged`;
    return { text, values };
  }

  #statuses(action: 'created' | 'updated', parameters: Parameters): string[] {
    if (!this.#instructions.trackRecords) return [];
    const { sessionId, sequence } = this.#work;
    return [
      `statuses as (
        insert into sync.record_sync_statuses (connection_id, session_id, sequence, position, module_name, sync_direction,
          crm_record_id, action_taken)
        select ${parameters.add(this.#mirror.connectionId, 'uuid')}, ${parameters.add(sessionId, 'uuid')},
          ${parameters.add(sequence, 'bigint')},
          ${parameters.add(action === 'created' ? 0 : UPDATED_POSITIONS, 'int')} + row_number() over () - 1,
          ${parameters.add(this.#mirror.key, 'text')}, 'from_crm', id, ${parameters.add(action, 'text')}
        from merged)`,
    ];
  }
}
