/**
 * Words that are never right here, each with the word to use instead. Several words stand for names that are made of
 * them, such as `takeTurn`. A word belongs into this table if outsiders would have to have it explained.
 */
const WORDS = {
  // Reading
  walk: 'scan',
  meeting: 'two-ended scan',
  crowded: 'usedPageTokens',
  'ask for rows': 'refetchRecords',
  // Deleting
  bury: 'moveToTombstones',
  departed: 'deleted',
  'held back': 'awaitingApproval',
  brake: 'guard',
  // Loading
  'short way': 'direct copy',
  'long way': 'staged load',
  storable: 'replaceUnstorable',
  // Calling
  turn: 'batch; admitCalls for taking one',
  arrival: 'request',
  departure: 'release',
  standing: 'decision',
  patience: 'maxWait',
  'call line': 'callQueue',
  'call gate': 'callLimiter',
  'call series': 'callBatch',
  'keeps place': 'keepsDeadline',
  'floor shares': 'reservedShares',
  mint: 'token request',
  'learn prices': 'refreshCreditCosts',
  // Planning
  obstacle: 'constraint',
  shortcoming: 'violation',
  'turned down': 'rejected',
  dearer: 'costlier',
  praise: 'reasonForChoice',
  // Running
  wish: 'requested state',
  story: 'run',
  tell: 'notify',
  // Elsewhere
  represent: 'present',
  representation: 'presentation',
  figures: 'numbers',
  whoever: 'a noun',
  whatever: 'a noun',
  // British
  catalogue: 'catalog',
  centre: 'center',
  organisation: 'organization',
  behaviour: 'behavior',
};

/** Forms that are not made by an ending. */
const FORMS = {
  walks: 'walk',
  walked: 'walk',
  walking: 'walk',
  walker: 'walk',
  meetings: 'meeting',
  buries: 'bury',
  buried: 'bury',
  burying: 'bury',
  turns: 'turn',
  arrivals: 'arrival',
  departures: 'departure',
  standings: 'standing',
  mints: 'mint',
  minted: 'mint',
  minting: 'mint',
  obstacles: 'obstacle',
  shortcomings: 'shortcoming',
  praises: 'praise',
  dearest: 'dearer',
  wishes: 'wish',
  stories: 'story',
  told: 'tell',
  tells: 'tell',
  telling: 'tell',
  represents: 'represent',
  represented: 'represent',
  representations: 'representation',
  catalogues: 'catalogue',
  centres: 'centre',
  brakes: 'brake',
};

const ENTRIES = Object.keys(WORDS).map((entry) => ({ entry, words: entry.split(' ') }));

/** The words of a name, in lower case: `readHTTPStatus_now` has four. */
function wordsOf(name) {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** The first entry of the table that a name contains. */
export function refusedWord(name) {
  const words = wordsOf(name).map((word) => FORMS[word] ?? word);
  const found = ENTRIES.find((entry) =>
    words.some((_, start) => entry.words.every((word, offset) => words[start + offset] === word)),
  );
  return found && { entry: found.entry, use: WORDS[found.entry] };
}
