import assert from 'node:assert/strict';
import { API_PREFIX } from '../../../src/api/paths';
import { ROUTES } from '../../../src/api/routes';
import { someSession } from '../../db/support';
import { useOrganization } from '../support/organization';

const AT_A_TIME = 16;

/** A value for each path parameter that gets past its schema. */
const usual = { id: '', module: 'Deals', fieldId: '1', record: '1', name: 'crm' };

/** Numbers at the bounds of PostgreSQL's and JavaScript's types: the last that fits on either side, and the next one. */
const NUMBERS = [
  ...['-1', '0', '1', '1e400'],
  ...[2n ** 31n, 2n ** 53n, 2n ** 63n, 10n ** 19n].flatMap((bound) =>
    [bound - 1n, bound, -bound, -bound - 1n].map(String),
  ),
];
const ODD = [...NUMBERS, '', '\0', 'a\0b', 'constructor', '__proto__', '-', '..', '\u{1F64F}', '9'.repeat(300)].map(
  encodeURIComponent,
);
/** Not UTF-8: halves of surrogate pairs, and an escape that is cut off. */
const BROKEN = ['%ED%A0%80', '%ED%BF%BF', '%E0%A4%A', '%'];

const forms = [
  ...NUMBERS.filter(isJson),
  ...[...NUMBERS, '\0', '__proto__'].map((text) => JSON.stringify(text)),
  '"\\ud800"',
];
const cursors = forms
  .flatMap((form) => [
    `{"after":${form}}`,
    `{"before":${form}}`,
    `{"offset":${form}}`,
    `{"after":{"sequence":${form},"position":0}}`,
    `{"after":{"sequence":"1","position":${form}}}`,
  ])
  .map((text) => Buffer.from(text).toString('base64url'));

describe('odd parameters', function () {
  this.timeout(120_000);
  const org = useOrganization({ deals: 1 });
  before(async () => (usual.id = (await someSession(org.api.knex, { connectionId: org.connectionId })).id));

  async function assertRefused(method: string, targets: readonly string[]): Promise<void> {
    const answers: string[] = [];
    const ask = async (target: string): Promise<void> => {
      const response = await fetch(`${org.api.baseUrl}${API_PREFIX}${target}`, {
        method,
        headers: { authorization: `Bearer ${org.api.keys.viewer}` },
      });
      await response.arrayBuffer();
      if (response.status >= 500) answers.push(`${response.status} ${target}`);
    };
    for (let first = 0; first < targets.length; first += AT_A_TIME) {
      await Promise.all(targets.slice(first, first + AT_A_TIME).map(ask));
    }
    assert.deepEqual(answers, []);
  }

  for (const route of ROUTES) {
    // A viewer's key keeps this from changing anything.
    const { method, operationId, path: template } = route;
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const parameters = Object.keys((route.query as { shape?: object } | undefined)?.shape ?? {});
    if (names.length + parameters.length === 0) continue;

    it(`of ${operationId} are answered without an error of ours`, async () => {
      const pathWith = (odd?: string, at?: string) =>
        template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
          name === at ? (odd ?? '') : usual[name as keyof typeof usual],
        );
      const path = pathWith();
      await assertRefused(method.toUpperCase(), [
        ...names.flatMap((name) => [...ODD, ...BROKEN].map((odd) => pathWith(odd, name))),
        ...parameters.flatMap((name) => [...ODD, ...BROKEN].map((odd) => `${path}?${name}=${odd}`)),
        ...(parameters.includes('cursor') ? cursors.map((cursor) => `${path}?cursor=${cursor}`) : []),
      ]);
    });
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
