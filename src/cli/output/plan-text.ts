import type { Plan } from '../../api/plans/schemas';
import { formatCount, formatSeconds } from './format-number';
import { formatPairs, formatTable } from './table';

type Weighed = Plan['rejected'][number];

/** The plan, its calls, and what was rejected with the reason. */
export function planText(plan: Plan): string {
  return [
    `${plan.adequate ? '' : 'NOT ADEQUATE  '}${plan.method}: ${plan.reason}`,
    formatTable(
      ['operation', 'calls', 'credits'],
      [
        ...plan.steps.map(({ operation, calls, credits }) => [operation, formatCount(calls), formatCount(credits)]),
        ['together', formatCount(plan.calls), formatCount(plan.credits)],
      ],
    ),
    `About ${formatSeconds(plan.seconds)} at Zoho.`,
    ...(plan.rejected.length > 0 ? [`Rejected:\n${rejected(plan.rejected)}`] : []),
    `Assumed:\n${formatPairs(Object.entries(plan.assumed).map(([name, value]) => [name, String(value)]))}`,
  ].join('\n\n');
}

function rejected(methods: readonly Weighed[]): string {
  return formatTable(
    ['method', 'calls', 'credits', 'time', 'why'],
    methods.map((method) => [
      method.method,
      formatCount(method.calls),
      formatCount(method.credits),
      formatSeconds(method.seconds),
      method.reason,
    ]),
    [0, 4],
  );
}
