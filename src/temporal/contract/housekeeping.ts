/** Input of the workflow that keeps the house. */
export interface HousekeepingInput {
  /** Rounds after which it continues as new. @default 100 */
  rounds?: number;
}
