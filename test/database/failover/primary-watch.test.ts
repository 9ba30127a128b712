import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { createDatabase, type Database } from '../../../src/database/database.ts';
import {
  createHighestTimeline,
  listHosts,
  normalizeHosts,
  type PrimaryWatch,
  watchPrimary,
} from '../../../src/database/failover/index.ts';
import { serviceErrors } from '../../../src/shared/common-errors.ts';
import { append, namedFact } from '../../support/log.ts';
import { type Member, startPostgresPair } from '../../support/replication/pair.ts';
import { query, until } from '../../support/until.ts';

const pair = await startPostgresPair();
const folder = mkdtempSync(join(tmpdir(), 'holdfast-timeline-'));
after(async () => {
  await pair.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The roles, which change with each promotion. */
let [primary, standby] = pair.members as [Member, Member];

const url = normalizeHosts(pair.url);
const unavailable = { code: serviceErrors.unavailable.code };
const nameOfMember = ({ proxy }: Member) => new URL(proxy.url).host;

interface Watched extends AsyncDisposable {
  readonly watch: PrimaryWatch;
  readonly database: Database;
  /** What was said of each change. */
  readonly changes: (string | null)[];
}

/** Opens the pair as a process does. With a file it remembers the timeline over its end. */
function open(file: string | null = null): Watched {
  const changes: (string | null)[] = [];
  const watch = watchPrimary({
    hosts: listHosts(url),
    highest: createHighestTimeline(file, (error) => assert.fail(String(error))),
    onChange: (chosen, reason) => changes.push(chosen?.host ?? reason),
  });
  const database = createDatabase({ url, primary: watch, poolMax: 4, constraints: {} });
  return {
    watch,
    database,
    changes,
    async [Symbol.asyncDispose]() {
      await database.close();
      await watch.close();
    },
  };
}

async function promoteStandby(): Promise<void> {
  await standby.node.promote();
  [primary, standby] = [standby, primary];
}

async function write(database: Database): Promise<void> {
  await until(() => append(database, namedFact('written')));
}

/** Starts each test with a standby that streams, whatever the one before has left. */
beforeEach(async () => {
  for (const { proxy } of pair.members) proxy.restore();
  const [{ streaming } = {}] = await primary.node.run(
    'select count(*)::int as streaming from pg_stat_replication',
  );
  if (streaming === 0) await pair.follow(standby, primary);
});

test('writes go to the primary, whichever place it has in the list', async () => {
  for (const _ of pair.members) {
    await using opened = open();
    await write(opened.database);
    assert.equal(opened.watch.status().primary?.host, nameOfMember(primary));
    await promoteStandby();
    await pair.follow(standby, primary);
  }
});

test('a process that starts while its hosts are slow asks them twice', async () => {
  await using opened = open();
  for (const { proxy } of pair.members) proxy.silence();
  const written = append(opened.database, namedFact('written'));
  written.catch(() => {});
  await until(async () => assert.equal(opened.watch.status().hosts.length, 2));
  for (const { proxy } of pair.members) proxy.restore();
  await written;
});

test('a transaction that began before a promotion is not acknowledged after it', async () => {
  await using opened = open();
  const { database, watch } = opened;
  await write(database);
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const late = database.transaction(async (tx) => {
    await tx.run('test.begin', 'select 1', []);
    begun.resolve();
    await end.promise;
    await tx.run('test.write', `insert into log_readers (name) values ('late')`, []);
  });
  late.catch(() => {});
  await begun.promise;
  await promoteStandby();
  await until(async () => assert.equal(watch.status().primary?.host, nameOfMember(primary)));
  end.resolve();
  await assert.rejects(late, unavailable);
  for (const { node } of pair.members) {
    const [{ found } = {}] = await query(
      node.ownerUrl(),
      `select count(*)::int as found from log_readers where name = 'late'`,
    );
    assert.equal(found, 0);
  }
});

test('a former primary that lives on, and can be reached again, is never written to', async () => {
  await using opened = open();
  const { database, watch } = opened;
  await write(database);
  const former = primary;
  former.proxy.cut();
  await promoteStandby();
  await write(database);
  former.proxy.restore();
  const [{ position: before } = {}] = await former.node.run(
    'select pg_current_wal_lsn() as position',
  );
  assert.ok(before !== undefined);
  await until(async () => {
    const states = watch.status().hosts.map(({ state }) => state);
    assert.deepEqual(states, ['primary', 'primary']);
  });
  for (let count = 0; count < 20; count += 1) await append(database, namedFact('after'));
  assert.equal(watch.status().primary?.host, nameOfMember(primary));
  const direct = createDatabase({ url: pair.directUrl(former), poolMax: 1, constraints: {} });
  const lost = await direct.run(
    'test.after',
    `select position from events where data ->> 'name' = 'after'`,
    [],
  );
  await direct.close();
  assert.deepEqual(lost, []);
});

test('a restarted process does not go back to a former primary, even if it reaches no other', async () => {
  const file = join(folder, 'restarted');
  const former = primary;
  {
    await using opened = open(file);
    await write(opened.database);
    await promoteStandby();
    await until(async () =>
      assert.equal(opened.watch.status().primary?.host, nameOfMember(primary)),
    );
  }
  primary.proxy.cut();
  await using opened = open(file);
  await assert.rejects(append(opened.database, namedFact('misled')), unavailable);
  assert.match(opened.watch.status().reason ?? '', /stop it, and let it follow the primary/);
  assert.ok(nameOfMember(former) !== nameOfMember(primary));
  primary.proxy.restore();
  await write(opened.database);
});

test('a primary that is made read-only is left, and taken again when it takes writes', async () => {
  await using opened = open();
  const { database, watch } = opened;
  await write(database);
  await primary.node.set('default_transaction_read_only', 'on');
  try {
    await until(async () => assert.match(watch.status().reason ?? '', /is read-only/));
    await assert.rejects(append(database, namedFact('refused')), unavailable);
  } finally {
    await primary.node.run('alter system reset default_transaction_read_only');
    await primary.node.run('select pg_reload_conf()');
  }
  await write(database);
});

test('a primary that freezes keeps nobody waiting once its standby is promoted', async () => {
  await using opened = open();
  const { database } = opened;
  await write(database);
  const former = primary;
  const thaw = await former.node.freeze();
  try {
    const stuck = append(database, namedFact('stuck'));
    stuck.catch(() => {});
    await promoteStandby();
    await assert.rejects(stuck, unavailable);
    await write(database);
  } finally {
    thaw();
  }
  assert.equal(opened.watch.status().primary?.host, nameOfMember(primary));
});

test('two servers that take writes on one timeline are both left, and said to', async () => {
  await using opened = open();
  const { database, watch, changes } = opened;
  await write(database);
  await standby.node.stop();
  // The mistake: a standby that is started as a primary without being promoted.
  rmSync(join(standby.node.dataDirectory, 'standby.signal'));
  await standby.node.start();
  await until(async () => assert.match(watch.status().reason ?? '', /on the same timeline/));
  await assert.rejects(append(database, namedFact('disputed')), unavailable);
  standby.proxy.cut();
  await until(async () => assert.match(watch.status().reason ?? '', /cannot be asked now/));
  standby.proxy.restore();
  await pair.follow(standby, primary);
  await write(database);
  assert.equal(changes.at(-1), nameOfMember(primary));
});

test('while both are away nothing is written, and it goes on by itself when the primary is back', async () => {
  await using opened = open();
  const { database } = opened;
  await write(database);
  for (const { proxy } of pair.members) proxy.cut();
  await assert.rejects(append(database, namedFact('nowhere')), unavailable);
  for (const { proxy } of pair.members) proxy.restore();
  await write(database);
});

test('connections to several hosts are refused without knowledge of the primary', () => {
  assert.throws(
    () => createDatabase({ url, poolMax: 1, constraints: {} }),
    /which of them is the primary/,
  );
});
