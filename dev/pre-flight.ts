import { requireDiskSpace } from './disk-space';
import { requireFreePort } from './processes/ports';
import { endOrphans } from './processes/run-file';
import type { StartSettings } from './settings';

const DISK_SPACE_MB = 500;

/**
 * Checks what can be checked before anything runs: disk space and ports, after ending leftovers of a killed run.
 * @throws Error one sentence with its remedy.
 */
export async function preFlight(settings: StartSettings, report: (line: string) => void): Promise<void> {
  const ended = await endOrphans(settings.home);
  if (ended.length > 0) report(`Ended what an earlier, killed run had left: ${ended.join(', ')}.`);
  await requireDiskSpace(settings.home, DISK_SPACE_MB);
  for (const { port, what, variable, host } of neededPorts(settings)) await requireFreePort(port, what, variable, host);
}

function neededPorts(settings: StartSettings): { port: number; what: string; variable: string; host?: string }[] {
  const { ports, config } = settings;
  const temporal = [
    { port: ports.temporal, what: 'Temporal', variable: 'PULSE_TEMPORAL_PORT' },
    { port: ports.temporalUi, what: 'the Temporal UI', variable: 'PULSE_TEMPORAL_UI_PORT' },
  ];
  const simulator = { port: ports.simulator, what: 'the Zoho simulator', variable: 'PULSE_SIMULATOR_PORT' };
  return [
    ...(settings.externalTemporal ? [] : temporal),
    ...(settings.simulated ? [simulator] : []),
    { port: config.PULSE_API_PORT, what: 'the control API', variable: 'PULSE_API_PORT', host: config.PULSE_API_HOST },
  ];
}
