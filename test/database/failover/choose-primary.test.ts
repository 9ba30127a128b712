import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Choice,
  choosePrimary,
  type Dispute,
  type HostReport,
  type KnownPrimary,
} from '../../../src/database/failover/choose-primary.ts';

const CLUSTER = '7300000000000000001';

const primary = (host: string, timeline: number, startedAt = host): HostReport => ({
  host,
  state: 'primary',
  systemId: CLUSTER,
  timeline,
  startedAt,
});
const standby = (host: string, timeline: number): HostReport => ({
  ...primary(host, timeline),
  state: 'standby',
});
const unreachable = (host: string): HostReport => ({
  host,
  state: 'unreachable',
  systemId: null,
  timeline: null,
  startedAt: null,
});
const known = (host: string, timeline: number, startedAt = host): KnownPrimary => ({
  host,
  timeline,
  systemId: CLUSTER,
  startedAt,
});

function choose(
  reports: readonly HostReport[],
  before: KnownPrimary | null = null,
  dispute: Dispute | null = null,
): Choice {
  return choosePrimary(reports, before, dispute);
}

function requireNone(choice: Choice, why: RegExp): void {
  assert.equal(choice.primary, null);
  assert.match(choice.reason ?? '', why);
}

test('the only host that takes writes is chosen', () => {
  const { primary: chosen } = choose([standby('one', 1), primary('two', 1)]);
  assert.equal(chosen?.host, 'two');
});

test('of two that take writes, the one of the higher timeline is chosen, in either order', () => {
  for (const before of [null, known('one', 1)]) {
    assert.equal(choose([primary('one', 1), primary('two', 2)], before).primary?.host, 'two');
    assert.equal(choose([primary('two', 2), primary('one', 1)], before).primary?.host, 'two');
  }
});

test('a timeline lower than the highest ever seen is never written to, also when its host is alone', () => {
  for (const other of [unreachable('two'), standby('two', 2)]) {
    requireNone(choose([primary('one', 1), other], known('two', 2)), /timeline 1.*timeline 2/);
  }
});

test('a former primary is written to again once it was promoted again', () => {
  const reports = [primary('one', 3), standby('two', 3)];
  assert.equal(choose(reports, known('two', 2)).primary?.host, 'one');
});

test('neither of two servers of one timeline is chosen', () => {
  for (const before of [null, known('one', 1), known('one', 2)]) {
    requireNone(
      choose([primary('one', 2), primary('two', 2)], before),
      /neither has what the other has/,
    );
  }
});

test('after two servers had one timeline, neither is chosen while the other cannot be asked', () => {
  const { dispute } = choose([primary('one', 2), primary('two', 2)], known('one', 2));
  requireNone(
    choose([primary('one', 2), unreachable('two')], known('one', 2), dispute),
    /cannot be asked/,
  );
  const settled = [primary('one', 2), standby('two', 2)];
  assert.equal(choose(settled, known('one', 2), dispute).primary?.host, 'one');
  const promoted = [primary('one', 3), unreachable('two')];
  assert.equal(choose(promoted, known('one', 2), dispute).primary?.host, 'one');
});

test('another server of the known timeline is not chosen while the known one is away: it was never promoted', () => {
  requireNone(
    choose([unreachable('one'), primary('two', 2)], known('one', 2)),
    /without having been promoted/,
  );
});

test('a known primary that is listed no more does not keep others out', () => {
  assert.equal(
    choose([primary('two', 2), unreachable('three')], known('one', 2)).primary?.host,
    'two',
  );
});

test('two names of one server are one server', () => {
  const names = [primary('address', 1, 'noon'), primary('name', 1, 'noon')];
  assert.equal(choose(names).primary?.host, 'address');
  assert.equal(choose(names, known('name', 1, 'noon')).primary?.host, 'name');
  const left = [unreachable('address'), primary('name', 1, 'noon')];
  assert.equal(choose(left, known('address', 1, 'noon')).primary?.host, 'name');
});

test('a restarted primary stays the primary', () => {
  assert.equal(
    choose([primary('one', 1, 'later')], known('one', 1, 'before')).primary?.startedAt,
    'later',
  );
});

test('a server of another cluster is never chosen, however high its timeline', () => {
  const other = { ...primary('two', 9), systemId: '7300000000000000002' };
  requireNone(choose([unreachable('one'), other], known('one', 1)), /another cluster/);
  assert.equal(choose([primary('one', 1), other], known('one', 1)).primary?.host, 'one');
  requireNone(choose([primary('one', 1), other]), /different clusters/);
});

test('a read-only host, a standby and an unreachable one are named as what they are', () => {
  const readOnly = { ...primary('one', 1), state: 'read_only' } as const;
  requireNone(
    choose([readOnly, standby('two', 1), unreachable('three')], known('one', 1)),
    /one is read-only, two is a standby, three cannot be reached/,
  );
});
