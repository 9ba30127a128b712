import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { runCommand } from '../../support/command.ts';
import { testDatabase } from '../../support/database.ts';

const { url } = await testDatabase();
const taken = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
await once(taken, 'listening');
after(() => taken.close());
const address = taken.address();
assert(typeof address === 'object' && address !== null);

const cases: Record<string, readonly [Record<string, string>, RegExp]> = {
  'a port in use by another program': [
    { PORT: String(address.port) },
    /Port \d+ of 127\.0\.0\.1 is in use by another program\. Stop that program, or set PORT\./,
  ],
  'an address of another machine': [
    { HOST: '192.0.2.1', PORT: '0' },
    /HOST is 192\.0\.2\.1, which is not an address of this machine\. Set HOST/,
  ],
  'an unknown name': [
    { HOST: 'no-such-host.invalid', PORT: '0' },
    /HOST is no-such-host\.invalid, which does not resolve to an address .+\. Set HOST/,
  ],
};

for (const [what, [environment, words]] of Object.entries(cases)) {
  test(`serve and doctor say what to do about ${what}`, async () => {
    for (const [command, code] of [
      ['serve', 3],
      ['doctor', 1],
    ] as const) {
      const result = await runCommand([command], {
        environment: { DATABASE_URL: url, DEMO_DATA: 'false', LOG_LEVEL: 'silent', ...environment },
      });
      assert.equal(result.code, code, result.stdout + result.stderr);
      assert.match(result.stdout + result.stderr, words);
      assert.doesNotMatch(result.stdout + result.stderr, /^ +at |database cannot be reached/m);
    }
  });
}
