import type { EngineApi } from '../../support/engine-api';
import type { Org } from '../../support/org';
import type { ActivityName } from './activity-name';

/** A piece of real work, of which all activities are disturbed while it is played. */
export interface Scenario {
  /** Completes "... is as if nothing had happened". */
  title: string;
  /** Activities that it is there to disturb. */
  meets: readonly ActivityName[];
  /** Does the work to its end. @returns the org whose books are compared with those of an undisturbed play */
  play(api: EngineApi): Promise<Org>;
}
