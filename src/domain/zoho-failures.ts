/** Meaning of a failure, and the next step of the person on call. */
export interface FailureAdvice {
  /** A sentence without its full stop. */
  readonly meaning: string;
  readonly whatToDo: string;
}

/** Classes of failed calls to Zoho. The class decides what the engine does next. */
export const ZOHO_FAILURES = {
  auth_expired: {
    meaning: 'The access token has expired',
    whatToDo: 'Nothing: the access token is replaced and the call is made again.',
  },
  auth_revoked: {
    meaning: 'Zoho no longer accepts the grant; nothing of the organization is started any more',
    whatToDo: 'Connect the Zoho organization again: Zoho no longer accepts its credentials.',
  },
  auth_throttled: {
    meaning: 'Zoho gives ten access tokens in ten minutes, and they are used up',
    whatToDo: 'Wait: Zoho issues no more access tokens for some minutes, then the work continues by itself.',
  },
  permission: {
    meaning: 'The connected user may not do this, or the grant lacks a scope',
    whatToDo: 'Ask a Zoho CRM administrator to give the connected user access, then start the session again.',
  },
  rate_limited: {
    meaning: 'Zoho or the credit broker admits no call now',
    whatToDo: 'Wait: the call is made again later; if it persists, lower the concurrency or raise the daily credits.',
  },
  validation: {
    meaning: 'Zoho does not accept a value',
    whatToDo: 'Correct what Zoho refuses, named in this error, then try again.',
  },
  duplicate: {
    meaning: 'Zoho already has a record with a value that must be unique',
    whatToDo: 'Link the record to the one Zoho already has, or change the value that must be unique.',
  },
  not_found: {
    meaning: 'Zoho does not have the record, job, file or module',
    whatToDo: 'Check that it still exists in Zoho: it may have been deleted, expired or renamed.',
  },
  conflict: {
    meaning: 'The record has changed in Zoho since it was read',
    whatToDo: 'Read the record again and decide between both versions: it changed in Zoho in the meantime.',
  },
  locked: {
    meaning: 'The record is locked in Zoho',
    whatToDo: 'Release the record in Zoho (lock, approval, review or blueprint), or wait until it is released.',
  },
  cursor_lost: {
    meaning: 'Zoho no longer knows the page token of a list',
    whatToDo: 'Read again from the last safe point: this page position can no longer be continued.',
  },
  request_bug: {
    meaning: 'The engine made a call that Zoho does not define',
    whatToDo: 'Report this: the engine made a call that Zoho does not accept.',
  },
  capacity: {
    meaning: 'The organization lacks the space, the quota or the edition',
    whatToDo: 'Ask a Zoho CRM administrator: the organization lacks the space, the quota or the edition for this.',
  },
  server: {
    meaning: 'Zoho failed to answer properly',
    whatToDo: 'Nothing: Zoho has a problem and the call is made again; see status.zoho.com if it persists.',
  },
  network: {
    meaning: 'Zoho was not reached, or its answer was cut off',
    whatToDo: 'Nothing: the call is made again; check the connection to Zoho if it persists.',
  },
} as const satisfies Readonly<Record<string, FailureAdvice>>;
