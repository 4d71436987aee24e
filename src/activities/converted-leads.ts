import type { Converted } from '../zoho';

/**
 * Zoho hides converted leads from lists and counts unless asked for them. Converting is a state of a lead, not its end,
 * so the mirror keeps it.
 */
export function convertedParameter(module: string): { converted?: Converted } {
  return module === 'Leads' ? { converted: 'both' } : {};
}
