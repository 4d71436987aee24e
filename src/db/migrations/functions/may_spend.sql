-- Whether a call may spend its credits now: within the day's usable credits, and either within its own reserved share or
-- without touching what is left of the others'. The same rule as maySpend in src/domain/credits; one test compares both.
create or replace function sync.may_spend(
  p_usable bigint, p_spent bigint[], p_priority integer, p_credits bigint, p_shares float8[]
) returns boolean language plpgsql immutable as $function$
declare
  v_after bigint := p_credits;
  v_floors_left bigint := 0;
  v_floor bigint;
begin
  if p_usable is null then return true; end if;
  for i in 1 .. cardinality(p_spent) loop
    v_after := v_after + p_spent[i];
  end loop;
  if v_after > p_usable then return false; end if;
  for i in 1 .. cardinality(p_shares) loop
    v_floor := floor(p_shares[i] * p_usable);
    if i <> p_priority then
      v_floors_left := v_floors_left + greatest(0, v_floor - p_spent[i]);
    elsif p_spent[i] + p_credits <= v_floor then
      return true;
    end if;
  end loop;
  return v_after + v_floors_left <= p_usable;
end $function$;
