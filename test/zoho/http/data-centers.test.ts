import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  accountsUrlOf,
  contentUrlOf,
  callbackAccounts,
  DATA_CENTERS,
  type DataCenterName,
  isAllowedAccountsUrl,
  isAllowedApiDomain,
  isAllowedDownloadUrl,
  usualApiDomain,
} from '../../../src/zoho/http/data-centers';

const names = Object.keys(DATA_CENTERS) as DataCenterName[];
const allowedHosts = (name: DataCenterName) =>
  ['www', 'sandbox', 'developer'].map((prefix) => `${prefix}.${DATA_CENTERS[name].apiSuffix}`);

describe('data centers', () => {
  it('allow production, sandbox and developer hosts of the same data center', () => {
    for (const name of names) {
      for (const host of allowedHosts(name)) {
        assert.equal(isAllowedApiDomain(accountsUrlOf(name), `https://${host}`), true, host);
      }
    }
  });

  it('have an API domain for tokens that come without one', () => {
    for (const name of names) {
      const accounts = accountsUrlOf(name);
      assert.equal(isAllowedApiDomain(accounts, usualApiDomain(accounts)), true, name);
    }
    assert.equal(usualApiDomain('http://127.0.0.1:8700'), 'http://127.0.0.1:8700');
  });

  it('refuse the hosts of every other data center', () => {
    for (const name of names) {
      for (const other of names.filter((candidate) => candidate !== name)) {
        assert.equal(isAllowedApiDomain(accountsUrlOf(name), `https://www.${DATA_CENTERS[other].apiSuffix}`), false);
      }
    }
  });

  it('refuse every other host, however it is made from an allowed one', () => {
    const label = fc.stringMatching(/^[a-z0-9.@:/#?\\-]{1,12}$/);
    const property = fc.property(
      fc.constantFrom(...names),
      label,
      label,
      fc.boolean(),
      (name, before, after, https) => {
        const host = `${before}www.${DATA_CENTERS[name].apiSuffix}${after}`;
        const domain = `${https ? 'https' : 'http'}://${host}`;
        const parsed = URL.canParse(domain) ? new URL(domain) : null;
        const isBare = parsed?.href === `${parsed?.origin}/` && parsed.protocol === 'https:';
        const expected = isBare && allowedHosts(name).includes(parsed.host);
        assert.equal(isAllowedApiDomain(accountsUrlOf(name), domain), expected, domain);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('refuse an allowed host with plain HTTP, a port, a path or credentials', () => {
    const host = 'www.zohoapis.eu';
    for (const domain of [`http://${host}`, `https://${host}:8443`, `https://${host}/crm`, `https://user@${host}`]) {
      assert.equal(isAllowedApiDomain('https://accounts.zoho.eu', domain), false, domain);
    }
  });

  it('let a loopback accounts server name a loopback API domain only', () => {
    const accounts = 'http://127.0.0.1:8088';
    assert.equal(isAllowedApiDomain(accounts, 'http://127.0.0.1:9099', true), true);
    assert.equal(isAllowedApiDomain(accounts, 'http://localhost:9099', true), true);
    assert.equal(isAllowedApiDomain(accounts, 'https://www.zohoapis.com', true), false);
    assert.equal(isAllowedApiDomain('https://accounts.zoho.com', 'http://127.0.0.1:9099', true), false);
    assert.equal(isAllowedApiDomain(accounts, 'http://127.0.0.1:9099'), false);
  });

  it('refuse accounts servers that are not Zoho', () => {
    assert.equal(isAllowedAccountsUrl('https://accounts.zoho.com'), true);
    for (const url of [
      'https://accounts.zoho.com.evil.test',
      'http://accounts.zoho.com',
      'https://accounts.zoho.ca',
      'http://127.0.0.1:8700',
      'x',
    ]) {
      assert.equal(isAllowedAccountsUrl(url), false, url);
    }
  });

  it('take uploads on a host of their own, the simulator on its only one', () => {
    assert.equal(contentUrlOf('https://www.zohoapis.com.au'), 'https://content.zohoapis.com.au');
    assert.equal(contentUrlOf('https://sandbox.zohoapis.eu'), 'https://content.zohoapis.eu');
    assert.equal(contentUrlOf('https://www.zohoapis.ca'), 'https://upload.zohocloud.ca');
    assert.equal(contentUrlOf('https://www.zohoapis.sa'), 'https://files.zoho.sa');
    assert.equal(contentUrlOf('http://127.0.0.1:8088'), 'http://127.0.0.1:8088');
  });

  it('let downloads come from their own hosts by HTTPS only', () => {
    const allowed = (url: string) => isAllowedDownloadUrl('https://www.zohoapis.eu', url);
    for (const url of [
      'https://download-accl.zoho.eu/v2/crm/1/x.zip',
      'https://download.zoho.eu/x.zip?a=b',
      'https://content.zohoapis.eu/x.zip',
      'https://www.zohoapis.eu/crm/bulk/v8/write/1/result',
    ]) {
      assert.equal(allowed(url), true, url);
    }
    for (const url of [
      'https://download-accl.zoho.com/x.zip',
      'http://download-accl.zoho.eu/x.zip',
      'https://download-accl.zoho.eu:8443/x.zip',
      'https://download-accl.zoho.eu.evil.test/x.zip',
      'https://evil.test/download-accl.zoho.eu',
      'https://user:secret@download-accl.zoho.eu/x.zip',
      'https://accounts.zoho.eu/x.zip',
      '//download-accl.zoho.eu/x.zip',
      'x.zip',
    ]) {
      assert.equal(allowed(url), false, url);
    }
  });

  it('let a simulator name its own origin for downloads only', () => {
    const allowed = (url: string) => isAllowedDownloadUrl('http://127.0.0.1:8088', url);
    assert.equal(allowed('http://127.0.0.1:8088/x.zip'), true);
    assert.equal(allowed('http://127.0.0.1:8089/x.zip'), false);
    assert.equal(allowed('https://download-accl.zoho.com/x.zip'), false);
  });

  it('take a code back to the accounts server of the user who consented, in any data center of Zoho', () => {
    for (const name of names) {
      const origin = { accountsServer: accountsUrlOf(name), location: name };

      assert.deepEqual(callbackAccounts('https://accounts.zoho.com', origin), {
        accountsUrl: accountsUrlOf(name),
        dataCenter: name,
      });
    }
  });

  it('take it where the consent began when nothing else is said', () => {
    assert.deepEqual(callbackAccounts('https://accounts.zoho.eu', {}), {
      accountsUrl: 'https://accounts.zoho.eu',
      dataCenter: 'eu',
    });
  });

  it('never take a code to a host that is not an accounts server of Zoho, for any callback', () => {
    const known = names.map((name) => accountsUrlOf(name));
    const host = fc.oneof(
      fc.webUrl({ withQueryParameters: true }),
      fc.string(),
      fc.constantFrom('http://127.0.0.1:8088', 'http://localhost', 'http://accounts.zoho.eu', 'javascript:alert(1)'),
      fc
        .tuple(fc.constantFrom(...known), fc.constantFrom('.evil.test', ':8443', '/x', '@evil.test', '?', '#', '%00'))
        .map((parts) => parts.join('')),
    );
    const location = fc.option(fc.oneof(fc.constantFrom(...names), fc.string()), { nil: undefined });
    const property = fc.property(host, location, (accountsServer, named) => {
      const taken = callbackAccounts('https://accounts.zoho.com', { accountsServer, location: named });
      assert.ok(taken === null || known.includes(taken.accountsUrl), accountsServer);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('refuse a location that is not where the accounts server is', () => {
    const origin = { accountsServer: 'https://accounts.zoho.eu', location: 'us' };

    assert.equal(callbackAccounts('https://accounts.zoho.com', origin), null);
  });

  it('keep the codes of a simulator on its own address', () => {
    const origin = (accountsServer: string) => ({ accountsServer, location: 'us' });
    const started = 'http://127.0.0.1:8088';

    assert.deepEqual(callbackAccounts(started, origin(started)), { accountsUrl: started, dataCenter: null });
    for (const other of ['http://127.0.0.1:9', 'https://accounts.zoho.com', 'https://127.0.0.1:8088']) {
      assert.equal(callbackAccounts(started, origin(other)), null, other);
    }
  });
});
