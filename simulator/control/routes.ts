import type { CustomModuleRequest } from '../data/modules/custom-module';
import { FAULT_KINDS, type FaultRule } from '../faults/fault-plan';
import { invalidData, invalidModule, unparsable } from '../http/api-error';
import { type Exchange, isObject, json, jsonBody, NO_CONTENT, type Reply } from '../http/exchange';
import type { Route } from '../http/router';
import { DELIVERY_FAULTS, type DeliveryRule } from '../notifications/delivery-plan';
import type { ChoiceRename, ClockCommand, Control } from './control';
import type { RecordChanges } from './record-changes';

type Line = readonly [method: string, path: string, handle: (exchange: Exchange) => Reply | Promise<Reply>];

/** The control plane over HTTP, under `/__simulator/`. */
export function controlRoutes(control: Control): Route[] {
  const lines: readonly Line[] = [
    ['GET', 'faults', () => json(200, control.faults())],
    [
      'POST',
      'faults',
      (exchange) =>
        json(
          201,
          faultRules(exchange).map((rule) => control.addFault(rule)),
        ),
    ],
    ['DELETE', 'faults', (exchange) => clearFaults(control, exchange)],
    ['GET', 'clock', () => json(200, control.clock())],
    ['POST', 'clock', (exchange) => json(200, control.moveClock(clockCommand(exchange)))],
    ['GET', 'records/:module', (exchange) => exportRecords(control, exchange)],
    [
      'POST',
      'records/:module',
      (exchange) => json(200, control.changeRecords(exchange.params['module'] ?? '', body<RecordChanges>(exchange))),
    ],
    ['GET', 'calls', () => json(200, control.calls())],
    ['DELETE', 'calls', () => done(() => control.clearCalls())],
    ['POST', 'credits', (exchange) => done(() => control.setCreditsUsed(numberOf(exchange, 'used')))],
    ['GET', 'switches', () => json(200, control.switches())],
    ['POST', 'switches', (exchange) => json(200, control.setSwitches(body(exchange)))],
    ['POST', 'bulk-reads', (exchange) => done(() => failBulkReads(control, exchange))],
    ['POST', 'bulk-writes', (exchange) => done(() => failBulkWrites(control, exchange))],
    ['POST', 'mass-updates', (exchange) => done(() => control.failMassUpdates(numberOf(exchange, 'fail')))],
    ['POST', 'tokens/expire', () => done(() => control.expireAccessTokens())],
    ['POST', 'tokens/revoke', (exchange) => done(() => control.revokeTokens(refreshTokenOf(exchange)))],
    ['POST', 'external-fields', (exchange) => done(() => markExternal(control, exchange))],
    ['POST', 'picklists', (exchange) => done(() => control.renameChoice(choiceRename(exchange)))],
    ['POST', 'users', (exchange) => done(() => renameUser(control, exchange))],
    ['POST', 'modules', (exchange) => json(201, control.addModule(moduleRequest(control, exchange)))],
    ['GET', 'deliveries', () => json(200, control.deliveries())],
    ['DELETE', 'deliveries', () => done(() => control.clearDeliveries())],
    ['GET', 'deliveries/rules', () => json(200, control.deliveryRules())],
    ['POST', 'deliveries/rules', (exchange) => json(201, control.addDeliveryRule(deliveryRule(exchange)))],
    ['DELETE', 'deliveries/rules', () => done(() => control.clearDeliveryRules())],
    ['POST', 'reset', () => control.reset().then(() => NO_CONTENT)],
    ['GET', 'state', () => json(200, control.state())],
  ];
  return lines.map(([method, path, handle]) => ({
    operation: path,
    method,
    path: `/__simulator/${path}`,
    scopes: [],
    credits: 0,
    handle,
  }));
}

function done(act: () => void): Reply {
  act();
  return NO_CONTENT;
}

/** A JSON object body, an empty body as `{}`. The control plane trusts its caller with the shape. */
function body<T extends object>(exchange: Exchange): T {
  const value = exchange.body.length === 0 ? {} : jsonBody(exchange);
  if (!isObject(value)) throw unparsable();
  return value as unknown as T;
}

function numberOf(exchange: Exchange, name: string): number {
  const value = body<Record<string, unknown>>(exchange)[name];
  if (typeof value !== 'number') throw invalidData('a number is expected', { api_name: name });
  return value;
}

function failBulkReads(control: Control, exchange: Exchange): void {
  const { refusedField } = body<{ refusedField?: string }>(exchange);
  control.failBulkReads(numberOf(exchange, 'fail'), refusedField);
}

function failBulkWrites(control: Control, exchange: Exchange): void {
  const { afterRows } = body<{ afterRows?: number }>(exchange);
  control.failBulkWrites(numberOf(exchange, 'fail'), afterRows);
}

function refreshTokenOf(exchange: Exchange): string | undefined {
  const value = body<Record<string, unknown>>(exchange)['refresh_token'];
  return typeof value === 'string' ? value : undefined;
}

/** One rule or an array of them. */
function faultRules(exchange: Exchange): FaultRule[] {
  const value = jsonBody(exchange);
  const rules: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const rule of rules) {
    const kind = isObject(rule) ? rule['kind'] : undefined;
    if (!(FAULT_KINDS as readonly unknown[]).includes(kind)) {
      throw invalidData('unknown fault kind', { api_name: 'kind', supported_values: FAULT_KINDS });
    }
  }
  return rules as FaultRule[];
}

function deliveryRule(exchange: Exchange): DeliveryRule {
  const rule = body<DeliveryRule>(exchange);
  if (!DELIVERY_FAULTS.includes(rule.kind)) {
    throw invalidData('unknown delivery fault', { api_name: 'kind', supported_values: DELIVERY_FAULTS });
  }
  return rule;
}

function clearFaults(control: Control, { query }: Exchange): Reply {
  const id = query.get('id');
  control.clearFaults(id === null ? undefined : Number(id));
  return NO_CONTENT;
}

function clockCommand(exchange: Exchange): ClockCommand {
  const command = body<ClockCommand>(exchange);
  if (typeof command.set === 'string' && Number.isNaN(Date.parse(command.set))) {
    throw invalidData('an ISO 8601 time or milliseconds are expected', { api_name: 'set' });
  }
  return command;
}

function exportRecords(control: Control, { params }: Exchange): Reply {
  const module = params['module'] ?? '';
  if (!control.simulation.records.find(module)) throw invalidModule();
  return { status: 200, chunks: { type: 'application/x-ndjson', content: control.exportRecords(module) } };
}

function markExternal(control: Control, exchange: Exchange): void {
  const { module, field, type } = body<{ module?: unknown; field?: unknown; type?: unknown }>(exchange);
  if (typeof module !== 'string' || typeof field !== 'string') {
    throw invalidData('a module and a field are expected', { api_name: 'field' });
  }
  control.markExternal(module, field, type === 'user' ? 'user' : 'org');
}

function choiceRename(exchange: Exchange): ChoiceRename {
  const rename = body<ChoiceRename>(exchange);
  for (const name of ['module', 'field', 'actual_value', 'display_value'] as const) {
    if (typeof rename[name] !== 'string') throw invalidData('a text is expected', { api_name: name });
  }
  return rename;
}

function renameUser(control: Control, exchange: Exchange): void {
  const { id, name } = body<{ id?: unknown; name?: unknown }>(exchange);
  if (typeof id !== 'string' || typeof name !== 'string' || name === '') {
    throw invalidData('an id and a name are expected', { api_name: 'name' });
  }
  control.renameUser(id, name);
}

function moduleRequest(control: Control, exchange: Exchange): CustomModuleRequest {
  const request = body<Partial<CustomModuleRequest>>(exchange);
  const { apiName } = request;
  if (apiName === undefined || !/^[A-Za-z]\w*$/.test(apiName) || control.simulation.catalog.module(apiName)) {
    throw invalidData('a new module name is expected', { api_name: 'apiName' });
  }
  return { rows: 100, fields: 10, ...request, apiName };
}
