import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostStatus, PrimaryStatus } from '../../../src/database/failover/index.ts';
import { createKeyRing } from '../../../src/database/key-ring.ts';
import { hostFindings } from '../../../src/main/cli/doctor/hosts.ts';
import { createHealth } from '../../../src/modules/operations/health.ts';

const responding = { keyRing: createKeyRing([]), run: async () => [] };

function host(name: string, given: Partial<HostStatus> = {}): HostStatus {
  return {
    host: name,
    state: 'standby',
    systemId: '1',
    timeline: 4,
    startedAt: name,
    position: 900,
    lagSeconds: 7,
    isSynchronous: false,
    standbys: [],
    error: null,
    ...given,
  };
}

const streaming = {
  name: 'two',
  state: 'streaming',
  syncState: 'sync',
  lagBytes: 100,
  lagSeconds: 0.5,
};

function status(...hosts: readonly HostStatus[]): PrimaryStatus {
  const primary = { host: 'one:5432', systemId: '1', timeline: 4, startedAt: 'one:5432' };
  const known = hosts.some(({ state }) => state === 'primary') ? primary : null;
  return { primary: known, reason: known === null ? 'none' : null, hosts };
}

const one = host('one:5432', {
  state: 'primary',
  position: 1_000,
  lagSeconds: null,
  isSynchronous: true,
  standbys: [streaming],
});
const two = host('two:5432');

async function readHealth(seen: PrimaryStatus | null, showsNames: boolean) {
  const health = createHealth({
    database: responding,
    isPrepared: () => true,
    readHosts: () => seen,
  });
  return health.readiness(showsNames);
}

test('health says nothing of hosts if there is only one', async () => {
  const view = await readHealth(null, true);
  assert.deepEqual(Object.keys(view.checks), ['database', 'start']);
  assert.equal(view.database, undefined);
});

test('health names the primary, and how far each standby is behind', async () => {
  const view = await readHealth(status(one, two), true);
  assert.equal(view.status, 'ok');
  assert.deepEqual(view.database, {
    primary: { host: 'one:5432', timeline: 4 },
    hosts: [
      { host: 'one:5432', state: 'primary', timeline: 4, lagBytes: null, lagSeconds: null },
      { host: 'two:5432', state: 'standby', timeline: 4, lagBytes: 100, lagSeconds: 7 },
    ],
    waitsForStandby: true,
    standbys: [streaming],
  });
});

test('a standby that lacks nothing is not behind, however long ago the last transaction was', async () => {
  const view = await readHealth(status(one, host('two:5432', { position: 1_000 })), true);
  assert.equal(view.database?.hosts[1]?.lagBytes, 0);
  assert.equal(view.database?.hosts[1]?.lagSeconds, 0);
});

test('strangers see the same without names', async () => {
  const view = await readHealth(status(one, two), false);
  assert.doesNotMatch(JSON.stringify(view), /one|two/);
  assert.equal(view.database?.primary?.timeline, 4);
  assert.equal(view.database?.hosts[1]?.lagBytes, 100);
});

test('without a standby the service is degraded, and keeps its traffic', async () => {
  const away = host('two:5432', { state: 'unreachable', position: null, timeline: null });
  const view = await readHealth(status(one, away), true);
  assert.equal(view.status, 'degraded');
  assert.deepEqual(view.checks.standby, { status: 'degraded' });
});

test('what the role may not see of the standbys is not told as if there were none', async () => {
  const hidden = { name: null, state: null, syncState: null, lagBytes: null, lagSeconds: null };
  const view = await readHealth(status({ ...one, standbys: [hidden] }, two), true);
  assert.equal(view.database?.standbys, null);
});

function listFindings(...hosts: readonly HostStatus[]): string[] {
  const watch = {
    findHost: () => Promise.reject(new Error('not asked')),
    admit: () => Promise.reject(new Error('not asked')),
    nudge() {},
    status: () => status(...hosts),
    close: async () => {},
  };
  return hostFindings(watch).map(({ state, say }) => `${state}: ${say}`);
}

test('doctor says which host is the primary, and what is to be done', () => {
  assert.deepEqual(hostFindings(null), []);
  assert.match(
    listFindings(one, two)[0]!,
    /^ok: timeline 4: one:5432 is the primary; two:5432 is a standby, 100 bytes behind; commits wait/,
  );
  assert.match(
    listFindings({ ...one, isSynchronous: false }, two)[0]!,
    /^look: .+set synchronous_standby_names/,
  );
  const away = host('two:5432', { state: 'unreachable', position: null });
  assert.match(
    listFindings(one, away)[0]!,
    /^look: .+two:5432 is unreachable; let each of the others follow/,
  );
  const former = host('two:5432', { state: 'primary', timeline: 3 });
  assert.match(
    listFindings(one, former)[0]!,
    /^look: .+two:5432 takes writes although it is not the primary any more/,
  );
});
