/** Effects of a write beside changing values. */
export interface WriteEffects {
  /** Channels hear of it. */
  readonly notifies: boolean;
  /** An update sets Modified_Time and Modified_By. */
  readonly stamps: boolean;
  /** Workflows run. */
  readonly automates: boolean;
}

export const ALL_EFFECTS: WriteEffects = { notifies: true, stamps: true, automates: true };
export const NO_EFFECTS: WriteEffects = { notifies: false, stamps: false, automates: false };
