import type { ReadPath } from '../../domain/runs/enums';
import type { Converted } from '../../zoho/records/list-records';

/**
 * Zoho hides converted leads from lists and counts unless asked for them. Converting is a state of a lead, not its end,
 * so the mirror keeps it.
 */
export function convertedParameter(module: string): { converted?: Converted } {
  return hasConverted(module) ? { converted: 'both' } : {};
}

/** Whether a path leaves converted records out: bulk read has no such parameter. */
export function leavesOutConverted(module: string, path: ReadPath): boolean {
  return path === 'bulk' && hasConverted(module);
}

function hasConverted(module: string): boolean {
  return module === 'Leads';
}
