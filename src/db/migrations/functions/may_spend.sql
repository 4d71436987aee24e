-- revision: 1
-- Whether a call may spend its credits now: within the usable credits of the day, and either within its own reserved share
-- or without touching what is left of the others'. The same rule as maySpend in src/domain/credits; a property test
-- compares both.
create or replace function sync.may_spend(
  p_usable bigint, p_spent bigint[], p_priority integer, p_credits bigint, p_shares float8[]
) returns boolean language plpgsql immutable as $function$
declare
  v_after bigint := p_credits;
  v_still_reserved bigint := 0;
  v_reserved bigint;
begin
  if p_usable is null then return true; end if;
  for i in 1 .. cardinality(p_spent) loop
    v_after := v_after + p_spent[i];
  end loop;
  if v_after > p_usable then return false; end if;
  for i in 1 .. cardinality(p_shares) loop
    v_reserved := floor(p_shares[i] * p_usable);
    if i <> p_priority then
      v_still_reserved := v_still_reserved + greatest(0, v_reserved - p_spent[i]);
    elsif p_spent[i] + p_credits <= v_reserved then
      return true;
    end if;
  end loop;
  return v_after + v_still_reserved <= p_usable;
end $function$;
