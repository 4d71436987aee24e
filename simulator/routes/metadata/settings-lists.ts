import { ApiError, invalidModule, paramMissing } from '../../http/api-error';
import { type Exchange, json, NO_CONTENT, type Reply } from '../../http/exchange';
import type { Simulation } from '../../simulation';
import type { RouteLine } from '../route-line';

const SETTINGS = '/crm/:version/settings';

/** Lists of settings that the organization has nothing in, and features that it does not have. */
export const SETTINGS_LINES: readonly RouteLine[] = [
  ['listPipelines', 'GET', `${SETTINGS}/pipeline`, listPipelines, ['ZohoCRM.settings.pipeline.READ']],
  [
    'listRelatedLists',
    'GET',
    `${SETTINGS}/related_lists`,
    ofModule('related_lists'),
    ['ZohoCRM.settings.related_lists.READ'],
  ],
  ['listVariables', 'GET', `${SETTINGS}/variables`, () => NO_CONTENT, ['ZohoCRM.settings.variables.READ']],
  ['listTerritories', 'GET', `${SETTINGS}/territories`, refuseTerritories, ['ZohoCRM.settings.territories.READ']],
];

function ofModule(list: string) {
  return ({ catalog }: Simulation, { query }: Exchange): Reply => {
    const name = query.get('module');
    if (!name) throw paramMissing('module');
    if (!catalog.module(name)) throw invalidModule();
    return json(200, { [list]: [] });
  };
}

/** The one pipeline of Deals, with the stages in their order. */
function listPipelines({ catalog }: Simulation): Reply {
  const stages = catalog.module('Deals')?.column('Stage')?.field.options ?? [];
  const maps = stages.map((stage, place) => ({
    display_value: stage,
    sequence_number: place + 1,
    actual_value: stage,
    id: `55000000000000350${String(place).padStart(2, '0')}`,
    forecast_type: stage.startsWith('Closed') ? stage : 'Open',
  }));
  const standard = { display_value: 'Standard (Standard)', actual_value: 'Standard (Standard)', default: true };
  return json(200, { pipeline: [{ ...standard, maps, id: '5500000000000034999' }] });
}

function refuseTerritories(): never {
  throw new ApiError(400, 'FEATURE_NOT_ENABLED', 'territories feature is not enabled');
}
