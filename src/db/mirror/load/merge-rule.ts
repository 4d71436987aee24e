import { quoteIdentifier, quoteLiteral } from '../identifiers';
import { SYNCED_AT } from '../mirror-module';
import { assignedValue, type StagedColumn, type StagingLayout } from './staged-column';

/**
 * Decision on a staged row.
 * - `insert`, `update`: it is written.
 * - `settle`: its values are the mirror's, and now they are known not to have changed within their second.
 * - `doubt`: the two contradict each other, and the record is asked for by id.
 * - `compare`: its values have to be compared with the mirror's, which is done for these rows alone.
 */
export type Decision = 'insert' | 'update' | 'settle' | 'doubt' | 'compare';

/** A read that lacks fields the mirror has filled. */
export interface PartialRead {
  /** Whether it has every field whose value can change without `Modified_Time` moving. */
  hasEverySilentField: boolean;
}

export interface RuleOptions {
  /** A time on Zoho's clock before the rows were read. */
  asOf: Date;
  /** Compare the values of every row of the same `Modified_Time`, not only of those that it does not vouch for. */
  compareValues: boolean;
  partialRead?: PartialRead | undefined;
  /** SQL that is true if the row was read because of a doubt about just this state of the mirror's row. */
  answersDoubt?: string | undefined;
}

/** A row's values are not trusted when it was read so soon after its `Modified_Time`, which has whole seconds. */
export const TIE = `interval '2 seconds'`;
/** Further ahead of PostgreSQL's clock than two clocks that are kept right can be apart. */
const AHEAD = `interval '1 minute'`;

/**
 * The rule by which a read row `s` meets the mirror's row `m`: the newest wins, the later read breaks a tie, and a read
 * that began no later than the one that wrote the mirror's row is no later read. What this leaves open is a doubt: a
 * row that was read later and is older, since times of modification can be set back, or one that was read no later and
 * has other values.
 *
 *     mirror          staged                            row                        partial read
 *     no row                                            insert                     doubt
 *     older                                             update                     doubt
 *     newer           read no later                     -                          -
 *     newer           read later, or the mirror's       doubt                      doubt
 *                     read lies in the future
 *     same time,      other values, read later          update                     update the columns it has
 *     or unknown      other values, read no later       doubt                      doubt
 *                     same values, read in another      settle                     -
 *                     second than modified
 *
 * A partial read writes only what belongs to the version that the mirror has, and never its time: a row does not mix
 * two versions. Tombstones are heeded by the insert.
 */
export class MergeRule {
  readonly #layout: StagingLayout;
  readonly #options: RuleOptions;
  readonly #asOf: string;
  readonly #staged: string | undefined;
  readonly #mirrored: string | undefined;

  constructor(layout: StagingLayout, options: RuleOptions) {
    this.#layout = layout;
    this.#options = options;
    this.#asOf = `${quoteLiteral(options.asOf.toISOString())}::timestamptz`;
    const time = layout.modifiedTime && quoteIdentifier(layout.modifiedTime);
    this.#staged = time && `s.${time}`;
    this.#mirrored = time && `m.${time}`;
  }

  /** SQL for the `Decision` on a row; null where nothing is to be done. */
  decision(): string {
    const { partialRead, answersDoubt } = this.#options;
    const [staged, mirrored] = [this.#staged, this.#mirrored];
    const wins = partialRead ? `'doubt'` : `'update'`;
    const byTime =
      staged && mirrored
        ? `when ${staged} > ${mirrored} then ${wins}
           when ${staged} < ${mirrored} then case
             ${answersDoubt ? `when ${answersDoubt} then 'update'` : ''}
             when ${this.#isLater} or m.${SYNCED_AT} > now() + ${AHEAD} then 'doubt' end`
        : '';
    return `case when m.id is null then ${partialRead ? `'doubt'` : `'insert'`} ${byTime} ${this.#forSameTime()} end`;
  }

  /** SQL for the decision on a row of the same or an unknown time, once its values are compared. */
  comparison(): string {
    const { answersDoubt } = this.#options;
    const mayWrite = [this.#options.partialRead ? this.#mayPatch : this.#isLater, answersDoubt].filter(Boolean);
    const settles =
      this.#mirrored && !this.#options.partialRead
        ? `when ${this.#isTied} and ${this.#asOf} > ${this.#mirrored} + ${TIE} then 'settle'`
        : '';
    return `case
      when ${differs(this.#layout.columns)} then case when ${mayWrite.join(' or ')} then 'update' else 'doubt' end
      ${settles} end`;
  }

  /** Whether an update sets when the row was read: a partial read has not seen all of it. */
  get setsReadTime(): boolean {
    return this.#options.partialRead?.hasEverySilentField ?? true;
  }

  /**
   * Every value is compared in the one statement that decides. Where the time is trusted, few rows need it, and the join
   * is spared the other columns.
   */
  #forSameTime(): string {
    if (this.#options.compareValues || !this.#mirrored) return `else ${this.comparison()}`;
    const silent = this.#layout.columns.filter((column) => column.changesWithoutModifiedTime || column.isUnfilled);
    const doubts = [
      `${this.#staged} is null`,
      `${this.#mirrored} is null`,
      this.#isTied,
      ...silent.map((column) => differs([column])),
    ];
    return `when ${doubts.join(' or ')} then 'compare'`;
  }

  get #isLater(): string {
    return `${this.#asOf} > m.${SYNCED_AT}`;
  }

  get #isTied(): string {
    return `m.${SYNCED_AT} <= ${this.#mirrored} + ${TIE}`;
  }

  get #mayPatch(): string {
    const silent = this.#layout.columns.filter((column) => column.changesWithoutModifiedTime);
    return [
      `${this.#asOf} >= m.${SYNCED_AT}`,
      ...(this.#mirrored ? [`${this.#staged} = ${this.#mirrored}`, `not ${this.#isTied}`] : []),
      ...(this.setsReadTime ? [] : [`not ${differs(silent)}`]),
    ].join(' and ');
  }
}

function differs(columns: readonly StagedColumn[]): string {
  const own = columns.filter(({ isNamedElsewhere }) => !isNamedElsewhere);
  if (own.length === 0) return 'false';
  const mirrored = own.map(({ name }) => `m.${quoteIdentifier(name)}`);
  const staged = own.map(assignedValue);
  return `(${mirrored.join(', ')}) is distinct from (${staged.join(', ')})`;
}
