import type { Sample } from './samples';

const WIDTH = 760;
const PANEL = 150;
const LEFT = 70;
const TOP = 34;
const BOTTOM = 22;
const DAYS_PER_WEEK = 7;

const PANELS = [
  { figure: 'workerMb', title: 'Resident set of the worker, MB' },
  { figure: 'historyEvents', title: 'Longest history of a workflow, events' },
  { figure: 'engineRows', title: "Rows of the engine's tables" },
  { figure: 'mirrorBytesPerRow', title: 'Bytes of a mirror for each live row' },
] as const satisfies readonly { figure: keyof Sample; title: string }[];

/** Draws what was measured at the end of each day as an SVG: a panel a figure, from zero on, with the weeks below. */
export function plot(samples: readonly Sample[]): string {
  const height = PANELS.length * PANEL;
  const panels = PANELS.map(({ figure, title }, place) => {
    return panel(
      title,
      samples.map((sample) => sample[figure]),
      place * PANEL,
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function panel(title: string, values: readonly number[], top: number): string {
  const most = Math.max(1, ...values);
  const [high, low] = [top + TOP, top + PANEL - BOTTOM];
  const x = (day: number): number => Math.round(LEFT + (day * (WIDTH - LEFT - 20)) / Math.max(1, values.length - 1));
  const y = (value: number): number => Math.round(low - (value * (low - high)) / most);
  const points = values.map((value, day) => `${x(day)},${y(value)}`);
  const weeks = values.flatMap((_, day) => {
    if (day % DAYS_PER_WEEK !== 0) return [];
    return [
      `<line x1="${x(day)}" y1="${high}" x2="${x(day)}" y2="${low}" stroke="#ddd"/>`,
      `<text x="${x(day)}" y="${low + 15}" fill="#666">week ${day / DAYS_PER_WEEK + 1}</text>`,
    ];
  });
  return [
    `<text x="${LEFT}" y="${top + 20}" font-weight="bold">${title}</text>`,
    ...weeks,
    `<text x="${LEFT - 6}" y="${high + 5}" text-anchor="end" fill="#666">${most}</text>`,
    `<text x="${LEFT - 6}" y="${low}" text-anchor="end" fill="#666">0</text>`,
    `<line x1="${LEFT}" y1="${low}" x2="${WIDTH - 20}" y2="${low}" stroke="#999"/>`,
    `<polyline points="${points.join(' ')}" fill="none" stroke="#1f6feb" stroke-width="1.5"/>`,
  ].join('\n');
}
