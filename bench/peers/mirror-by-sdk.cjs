'use strict';

/**
 * Mirrors a module by Zoho's official Node SDK, as its documentation shows it: pages of records, and an insert for each.
 * Reads its settings as JSON from the command line, and prints what it did as JSON.
 */
const os = require('node:os');
const path = require('node:path');
const { mkdtempSync, rmSync } = require('node:fs');
const { Client } = require('pg');

const PAGE_ROWS = 200;

async function main({ zohoUrl, databaseUrl, table, module: moduleName, client, fields }) {
  const sdk = await import('@zohocrm/nodejs-sdk-8.0');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pulse-bench-sdk-'));
  await signIn(sdk, { zohoUrl, client, folder });
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  await database.query(`create table if not exists ${table} (id bigint primary key, ${columnsOf(fields)})`);
  const rows = await copyPages(sdk, { database, table, moduleName, fields });
  await database.end();
  rmSync(folder, { recursive: true });
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(`${JSON.stringify({ rows, peakRssMb: Math.ceil(maxRSS / 1024) })}\n`);
}

function columnsOf(fields) {
  return fields.map(({ name, type }) => `"${name}" ${type}`).join(', ');
}

async function signIn(sdk, { zohoUrl, client, folder }) {
  let known = null;
  class MemoryStore extends sdk.TokenStore.TokenStore {
    async findToken() {
      return known;
    }
    async findTokenById() {
      return known;
    }
    async saveToken(token) {
      if (token.getId() === null) token.setId('1');
      known = token;
    }
  }
  const token = new sdk.OAuthBuilder()
    .clientId(client.id)
    .clientSecret(client.secret)
    .refreshToken(client.refreshToken)
    .build();
  const initialization = await new sdk.InitializeBuilder();
  await initialization
    .environment(sdk.DataCenter.setEnvironment(zohoUrl, `${zohoUrl}/oauth/v2/token`, zohoUrl))
    .token(token)
    .store(new MemoryStore())
    .SDKConfig(new sdk.SDKConfigBuilder().build())
    .resourcePath(folder)
    .initialize();
}

async function copyPages(sdk, { database, table, moduleName, fields }) {
  const operations = new sdk.Record.RecordOperations(moduleName);
  let rows = 0;
  for (let token = null; ;) {
    const parameters = new sdk.ParameterMap();
    await parameters.add(sdk.Record.GetRecordsParam.FIELDS, fields.map(({ name }) => name).join(','));
    await parameters.add(sdk.Record.GetRecordsParam.PER_PAGE, PAGE_ROWS);
    if (token !== null) await parameters.add(sdk.Record.GetRecordsParam.PAGE_TOKEN, token);
    const answer = (await operations.getRecords(parameters))?.getObject();
    if (!answer) return rows;
    const records = answer.getData();
    await insert(database, table, fields, records);
    rows += records.length;
    token = answer.getInfo().getNextPageToken();
    if (!answer.getInfo().getMoreRecords()) return rows;
  }
}

async function insert(database, table, fields, records) {
  const values = [];
  const tuples = records.map((record) => {
    const cells = [record.getId(), ...fields.map(({ name }) => plain(record.getKeyValues().get(name)))];
    return `(${cells.map((cell) => `$${values.push(cell)}`).join(', ')})`;
  });
  const names = fields.map(({ name }) => `"${name}"`);
  const assignments = names.map((name) => `${name} = excluded.${name}`).join(', ');
  await database.query(
    `insert into ${table} (id, ${names.join(', ')}) values ${tuples.join(', ')}
     on conflict (id) do update set ${assignments}`,
    values,
  );
}

/** A value of the SDK's classes as PostgreSQL takes it. */
function plain(value) {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return JSON.stringify(value.map((item) => plain(item)));
  if (value instanceof Map)
    return JSON.stringify(Object.fromEntries([...value].map(([name, item]) => [name, plain(item)])));
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date || typeof value !== 'object') return value;
  if (typeof value.getValue === 'function') return plain(value.getValue());
  if (typeof value.getId === 'function') return String(value.getId());
  return JSON.stringify(value);
}

main(JSON.parse(process.argv[2])).catch((error) => {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exitCode = 1;
});
