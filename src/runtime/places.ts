/** Activities that one worker runs at a time, by what they wait for. */
export interface Places {
  /** A handful of calls to Zoho. */
  calls: number;
  /** Calls to Zoho without end in sight. */
  scans: number;
  /** PostgreSQL. */
  loads: number;
}

/**
 * Fits places to the database pool: an activity without a connection would hold its place, and what Temporal could give
 * another worker, for nothing. The kind with the most places gives way; each keeps one.
 */
export function placesWithin(pool: number, wanted: Places): Places {
  const places = { ...wanted };
  const largest = () => (['calls', 'scans', 'loads'] as const).toSorted((a, b) => places[b] - places[a])[0] ?? 'calls';
  while (places.calls + places.scans + places.loads > pool && places[largest()] > 1) places[largest()] -= 1;
  return places;
}
