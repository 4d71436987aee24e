import type { Plan } from '../../api/plans/schemas';
import { count, seconds } from './format-number';
import { formatPairs, formatTable } from './table';

type Weighed = Plan['turnedDown'][number];

/** The plan, its calls, and what was turned down with the reason. */
export function planText(plan: Plan): string {
  return [
    `${plan.adequate ? '' : 'NOT ADEQUATE  '}${plan.way}: ${plan.reason}`,
    formatTable(
      ['operation', 'calls', 'credits'],
      [
        ...plan.steps.map(({ operation, calls, credits }) => [operation, count(calls), count(credits)]),
        ['together', count(plan.calls), count(plan.credits)],
      ],
    ),
    `About ${seconds(plan.seconds)} at Zoho.`,
    ...(plan.turnedDown.length > 0 ? [`Turned down:\n${turnedDown(plan.turnedDown)}`] : []),
    `Assumed:\n${formatPairs(Object.entries(plan.assumed).map(([name, value]) => [name, String(value)]))}`,
  ].join('\n\n');
}

function turnedDown(ways: readonly Weighed[]): string {
  return formatTable(
    ['way', 'calls', 'credits', 'time', 'why'],
    ways.map((way) => [way.way, count(way.calls), count(way.credits), seconds(way.seconds), way.reason]),
    [0, 4],
  );
}
