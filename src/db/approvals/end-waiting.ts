/** Alert about a removal that waits for a person. */
export const WAITING_ALERT = 'sync.sweep_waiting';

/**
 * SQL that ends approvals that nobody has decided: their records are no longer held, and the alert is closed.
 * @param which condition on the approval `a`
 */
export function endWaiting(state: 'withdrawn' | 'expired', which: string): string {
  return `with ended as (
      update sync.approvals a set state = '${state}', version = a.version + 1 where a.state = 'waiting' and ${which}
      returning a.id, a.mirror_id
    ), released as (
      delete from sync.held_removals h using ended where h.approval_id = ended.id
    ), closed as (
      update sync.alerts alert set closed_at = now() from ended join sync.mirrors m on m.id = ended.mirror_id
      where alert.connection_id = m.connection_id and alert.module_name = m.key and alert.kind = '${WAITING_ALERT}'
        and alert.closed_at is null
    )
    select id from ended`;
}

/** True of an approval `a` of whose records none is held any more. */
export const HOLDS_NOTHING = 'not exists (select from sync.held_removals h where h.approval_id = a.id)';
