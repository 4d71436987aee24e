import { MultiBar, type SingleBar } from 'cli-progress';
import { formatCount, formatSeconds } from '../../src/cli/output/format-number';
import type { Session } from './control-api';
import type { Terminal } from './terminal';

const LINE_EVERY_MS = 1_000;

export interface Progress {
  update(session: Session): void;
  close(): void;
}

/** Shows bars on a terminal, elsewhere at most one line per second and module. */
export function showProgress(terminal: Terminal, modules: readonly string[]): Progress {
  const width = Math.max(...modules.map((module) => module.length));
  return terminal.isInteractive ? progressBars(terminal, modules, width) : progressLines(terminal, width);
}

function progressBars(terminal: Terminal, modules: readonly string[], width: number): Progress {
  const bars = new MultiBar({
    format: '  {module} {bar} {numbers}',
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: true,
    barsize: 30,
    stopOnComplete: false,
  });
  const restore = terminal.redirect((text) => bars.log(text));
  const byModule = new Map<string, SingleBar>(
    modules.map((module) => [module, bars.create(100, 0, { module: module.padEnd(width), numbers: 'waiting' })]),
  );
  return {
    update: (session) => byModule.get(session.module)?.update(percentage(session), { numbers: numbers(session) }),
    close: () => {
      bars.update();
      bars.stop();
      restore();
    },
  };
}

function progressLines(terminal: Terminal, width: number): Progress {
  const shown = new Map<string, { text: string; at: number }>();
  return {
    update: (session) => {
      const text = `  ${session.module.padEnd(width)} ${numbers(session)}`;
      const last = shown.get(session.module);
      const isOver = session.completedAt !== null;
      if (last?.text === text || (last !== undefined && !isOver && Date.now() - last.at < LINE_EVERY_MS)) return;
      shown.set(session.module, { text, at: Date.now() });
      terminal.line(text);
    },
    close: () => undefined,
  };
}

function percentage(session: Session): number {
  return session.progressPercentage ?? 0;
}

function numbers(session: Session): string {
  const rows = `${formatCount(session.processedRecords)} of ${formatCount(session.totalRecords)} rows`;
  const parts = [
    `${percentage(session).toFixed(0).padStart(3)} %`,
    rows,
    `${formatCount(session.rowsPerSecond)} rows/s`,
  ];
  if (session.etaSeconds !== null) parts.push(`ETA ${formatSeconds(session.etaSeconds)}`);
  if (session.status !== 'in_progress') parts.push(session.status);
  return parts.join(' | ');
}
