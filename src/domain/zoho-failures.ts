import type { FailureAdvice, RetryRuleName } from './retry-rules';

/** Classes of failed calls to Zoho. The class decides what the engine does next. */
export const ZOHO_FAILURES = {
  auth_expired: {
    meaning: 'The access token has expired',
    whatToDo: 'Nothing: the access token is replaced and the call is made again.',
    who: 'nobody',
    retry: 'minutes',
  },
  auth_revoked: {
    meaning: 'Zoho no longer accepts the grant; nothing of the organization is started any more',
    whatToDo: 'Connect the Zoho organization again: Zoho no longer accepts its credentials.',
    who: 'operator',
    retry: 'never',
  },
  auth_throttled: {
    meaning: 'Zoho gives ten access tokens in ten minutes, and they are used up',
    whatToDo: 'Wait: Zoho issues no more access tokens for some minutes, then the work continues by itself.',
    who: 'nobody',
    retry: 'outage',
  },
  permission: {
    meaning: 'The connected user may not do this, or the grant lacks a scope',
    whatToDo: 'Ask a Zoho CRM administrator to give the connected user access, then start the session again.',
    who: 'Zoho administrator',
    retry: 'never',
  },
  rate_limited: {
    meaning: 'Zoho or the credit broker admits no call now',
    whatToDo: 'Wait: the call is made again later; if it persists, lower the concurrency or raise the daily credits.',
    who: 'nobody',
    retry: 'outage',
  },
  validation: {
    meaning: 'Zoho does not accept a value',
    whatToDo: 'Correct what Zoho refuses, named in this error, then try again.',
    who: 'operator',
    retry: 'never',
  },
  duplicate: {
    meaning: 'Zoho already has a record with a value that must be unique',
    whatToDo: 'Link the record to the one Zoho already has, or change the value that must be unique.',
    who: 'operator',
    retry: 'never',
  },
  not_found: {
    meaning: 'Zoho does not have the record, job, file or module',
    whatToDo: 'Check that it still exists in Zoho: it may have been deleted, expired or renamed.',
    who: 'operator',
    retry: 'never',
  },
  conflict: {
    meaning: 'The record has changed in Zoho since it was read',
    whatToDo: 'Read the record again and decide between both versions: it changed in Zoho in the meantime.',
    who: 'operator',
    retry: 'never',
  },
  locked: {
    meaning: 'The record is locked in Zoho',
    whatToDo: 'Release the record in Zoho (lock, approval, review or blueprint), or wait until it is released.',
    who: 'Zoho administrator',
    retry: 'outage',
  },
  cursor_lost: {
    meaning: 'Zoho no longer knows the page token of a list',
    whatToDo: 'Read again from the last safe point: this page position can no longer be continued.',
    who: 'nobody',
    retry: 'never',
  },
  endless_list: {
    meaning: 'A list of Zoho does not end: the same pages come again and again',
    whatToDo:
      'Start it again later; if it recurs, report the list to Zoho, and read the module by bulk read meanwhile.',
    who: 'operator',
    retry: 'never',
  },
  request_bug: {
    meaning: 'The engine made a call that Zoho does not define',
    whatToDo: 'Report this: the engine made a call that Zoho does not accept.',
    who: 'developer',
    retry: 'never',
  },
  capacity: {
    meaning: 'The organization lacks the space, the quota or the edition',
    whatToDo: 'Ask a Zoho CRM administrator: the organization lacks the space, the quota or the edition for this.',
    who: 'Zoho administrator',
    retry: 'never',
  },
  server: {
    meaning: 'Zoho failed to answer properly',
    whatToDo: 'Nothing: Zoho has a problem and the call is made again; see status.zoho.com if it persists.',
    who: 'nobody',
    retry: 'outage',
  },
  network: {
    meaning: 'Zoho was not reached, or its answer was cut off',
    whatToDo: 'Nothing: the call is made again; check the connection to Zoho if it persists.',
    who: 'operator',
    retry: 'outage',
  },
} as const satisfies Readonly<Record<string, FailureAdvice>>;

/** Codes that are tried longer or shorter than their category: ours for answers, HTTP statuses, and some of Zoho's. */
export const RETRY_BY_CODE: Readonly<Record<string, RetryRuleName>> = {
  UNEXPECTED_ANSWER: 'minutes',
  UNREADABLE_ANSWER: 'hours',
  ANSWER_TOO_LARGE: 'few',
  HTTP_300: 'minutes',
  HTTP_301: 'minutes',
  HTTP_302: 'minutes',
  HTTP_303: 'minutes',
  HTTP_307: 'minutes',
  HTTP_308: 'minutes',
  ENOTFOUND: 'hours',
};

/** Rule by which a failed call is tried again: that of its code, else that of its category. */
export function retryRuleOf(category: keyof typeof ZOHO_FAILURES, code: string): RetryRuleName {
  const { retry } = ZOHO_FAILURES[category];
  return retry === 'never' ? retry : (RETRY_BY_CODE[code] ?? retry);
}
