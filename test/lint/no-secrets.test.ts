import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../dev/project-root';

/** Forms of secrets that give access to something; those of the simulator and of tests have others on purpose. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'a token or client of Zoho': /\b1000\.[0-9A-Fa-f]{32}\.[0-9A-Fa-f]{32}\b|\b1000\.[0-9A-Z]{30,}\b/,
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[\w+/=]{40}/,
  'a key of a cloud': /\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b/,
  'a token of a code host': /\b(gh[pousr]_\w{36}|github_pat_\w{60,}|glpat-[\w-]{20})\b/,
  'a token of a registry': /\bnpm_\w{36}\b|_authToken\s*=\s*[^\s$]/,
  'an API key of the engine': /\bpps_[0-9a-f]{12}_[\w-]{43}\b/,
};

/** TLS of a simulator on this machine, for one test. */
const LOCALHOST = /^test\/simulator\/fixtures\/localhost-(cert|key)\.pem$/;

describe('the files of the repository', () => {
  it('hold no secret', () => {
    const found = trackedFiles().flatMap((file) => {
      const text = readFileSync(path.join(projectRoot(), file), 'latin1');
      return Object.entries(SECRETS).flatMap(([what, pattern]) => (pattern.test(text) ? [`${file}: ${what}`] : []));
    });

    assert.deepEqual(found, []);
  });

  it('include no environment, key or password file', () => {
    const kept = trackedFiles().filter((file) =>
      /(^|\/)(\.env(\..*)?|\.npmrc|\.pgpass|id_\w+|.*\.(pem|key|p12|pfx))$/.test(file),
    );

    assert.deepEqual(kept, []);
  });
});

function trackedFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: projectRoot(), encoding: 'utf8' });
  return listed.split('\0').filter((file) => file !== '' && !LOCALHOST.test(file));
}
