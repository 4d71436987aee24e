import assert from 'node:assert/strict';
import { callerUrlProblem, mayCall, type Reach } from '../../src/domain/reach';

const DEVELOPMENT: Reach = { allowLoopback: true };
const LISTED: Reach = { privateHosts: ['hooks.internal', '10.1.2.3'] };

const NOT_PUBLIC = [
  ['loopback', '127.0.0.1'],
  ['another loopback', '127.255.0.9'],
  ['this network', '0.0.0.0'],
  ['private', '10.0.0.1'],
  ['private', '172.16.0.1'],
  ['private', '172.31.255.255'],
  ['private', '192.168.1.1'],
  ['link-local, where clouds keep credentials', '169.254.169.254'],
  ["a provider's own", '100.64.0.1'],
  ['multicast', '224.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['a test network', '198.18.0.1'],
  ['IPv6 loopback', '::1'],
  ['IPv6 unspecified', '::'],
  ['IPv6 link-local', 'fe80::1'],
  ['IPv6 link-local of an interface', 'fe80::1%eth0'],
  ['unique local', 'fd00::1'],
  ['site local', 'fec0::1'],
  ['mapped loopback', '::ffff:127.0.0.1'],
  ['mapped private in hexadecimal', '::ffff:a00:1'],
  ['loopback in the outdated notation', '::127.0.0.1'],
  ['a private address behind NAT64', '64:ff9b::10.0.0.1'],
  ['NAT64 of a local network', '64:ff9b:1::1'],
  ['the same, even with a public address in it', '64:ff9b:1::93.184.216.34'],
  ['a private address behind 6to4', '2002:a00:1::1'],
  ['documentation', '2001:db8::1'],
  ['not assigned', '4000::1'],
] as const;

const PUBLIC = [
  '93.184.216.34',
  '2606:2800:220:1::1',
  '2606:2800::a00:1',
  '::ffff:93.184.216.34',
  '64:ff9b::93.184.216.34',
];

describe('the addresses that the engine calls', () => {
  for (const [what, address] of NOT_PUBLIC) {
    it(`leave out ${address}: ${what}`, () => assert.equal(mayCall('example.com', address, {}), false));
  }

  for (const address of PUBLIC) {
    it(`have ${address} among them`, () => assert.equal(mayCall('example.com', address, {}), true));
  }

  it('leave out what is no address', () => assert.equal(mayCall('example.com', 'example.com', {}), false));

  it('have those of a listed host, and no other', () => {
    assert.equal(mayCall('Hooks.Internal.', '10.0.0.1', LISTED), true);
    assert.equal(mayCall('other.internal', '10.0.0.1', LISTED), false);
  });

  it('have this machine in development, by its own names alone', () => {
    for (const host of ['localhost', '127.0.0.1', '::1']) assert.equal(mayCall(host, '127.0.0.1', DEVELOPMENT), true);
    assert.equal(mayCall('rebound.example', '127.0.0.1', DEVELOPMENT), false);
    assert.equal(mayCall('10.0.0.1', '10.0.0.1', DEVELOPMENT), false);
  });
});

describe("a caller's URL", () => {
  for (const [url, problem] of [
    ['https://example.com/done?x=1', undefined],
    ['https://93.184.216.34/', undefined],
    ['https://localhost.example.com/', undefined],
    ['http://example.com/', /https/],
    ['ftp://example.com/', /https/],
    ['https://user@example.com/', /user name/],
    ['https://:secret@example.com/', /user name/],
    ['https://localhost/', /public/],
    ['https://localhost./', /public/],
    ['https://LOCALHOST/', /public/],
    ['https://a.localhost/', /public/],
    ['https://127.0.0.1/', /public/],
    ['https://127.1/', /public/],
    ['https://127.0.0.1./', /public/],
    ['https://2130706433/', /public/],
    ['https://0x7f000001/', /public/],
    ['https://0177.0.0.1/', /public/],
    ['https://0/', /public/],
    ['https://10.0.0.8/', /public/],
    ['https://169.254.169.254/latest/meta-data', /public/],
    ['https://[::1]/', /public/],
    ['https://[::ffff:127.0.0.1]/', /public/],
    ['https://[::ffff:7f00:1]/', /public/],
    ['https://[fd00::1]/', /public/],
    ['https://１２７.0.0.1/', /public/],
    ['not a URL', /URL/],
  ] as const) {
    it(`${problem ? 'cannot' : 'can'} be ${url}`, () => {
      const found = callerUrlProblem(url, {});

      if (problem) assert.match(found ?? '', problem);
      else assert.equal(found, undefined);
    });
  }

  it('can be a listed host by plain HTTP', () => {
    for (const url of ['http://hooks.internal:8080/', 'http://10.1.2.3/', 'https://hooks.internal/'])
      assert.equal(callerUrlProblem(url, LISTED), undefined);
    for (const url of ['ftp://hooks.internal/', 'xhttp://hooks.internal/'])
      assert.match(callerUrlProblem(url, LISTED) ?? '', /http/);
  });

  it('can be on this machine in development', () => {
    for (const url of ['http://127.0.0.1:8080/', 'http://localhost/', 'https://[::1]/'])
      assert.equal(callerUrlProblem(url, DEVELOPMENT), undefined);
    assert.match(callerUrlProblem('https://10.0.0.1/', DEVELOPMENT) ?? '', /public/);
  });
});
