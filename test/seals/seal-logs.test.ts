import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { recordAudit } from '../../src/audit/index.ts';
import type { Database } from '../../src/database/database.ts';
import { createSealKeys, type Seal, sealLogs } from '../../src/seals/index.ts';
import { systemAuthor } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { append, appendUncommitted, fact, namedFact } from '../support/log.ts';
import { insertOldAudit, insertOldEvents } from '../support/old-form.ts';
import { assertAllSealed, newSealKey } from '../support/seals.ts';
import { addUser } from '../support/shop.ts';
import { query, until } from '../support/until.ts';

/** The events here belong to nonexistent orders, so the invariants are not checked. */
const { database, owner, url, ownerUrl } = await testDatabase({ invariants: false });
const key = newSealKey();
const keys = createSealKeys([key]);
const never = new AbortController().signal;
const seal = () => sealLogs({ database, keys }, never);
const author = systemAuthor('test');

/** Writes events into the log, without the program. */
const appendMany = (count: number) =>
  query(
    url,
    `insert into events (id, type, actor_type)
     select gen_random_uuid(), 'stock.adjusted', 'system' from generate_series(1, $1::int)`,
    [count],
  );

const change = (database: Database) =>
  database.transaction((tx) =>
    recordAudit(tx, author, [
      { type: 'product.created', subjectId: newId(), before: null, after: { name: 'Tart' } },
    ]),
  );

describe('sealing', () => {
  test('does nothing where nothing is written', async () => {
    await seal();
    const report = await seal();
    assert.deepEqual(report, {
      seals: 0,
      rows: { events: 0, audit: 0 },
      newest: null,
      unsettled: [],
    });
  });

  test('covers both logs with one chain, a log longer than a seal with several', async () => {
    await append(database, namedFact('first'));
    await change(database);
    const small = await seal();
    assert.deepEqual(small.rows, { events: 1, audit: 1 });
    await appendMany(9_000);
    const { seals, rows, newest } = await seal();
    assert.deepEqual([seals, rows.events], [3, 9_000]);
    const all = await assertAllSealed(database, keys);
    assert.deepEqual(newest, all.at(-1));
    assert.ok(all.every((one) => one.rows <= 4_096));
  });

  test('waits for a transaction that could still fill a gap, and seals the other log meanwhile', async () => {
    const held = await appendUncommitted(database, namedFact('early'));
    await append(database, namedFact('late'));
    await change(database);
    const report = await seal();
    assert.deepEqual(report.rows, { events: 0, audit: 1 });
    assert.deepEqual(report.unsettled, ['events']);
    await held.commit();
    assert.equal((await seal()).rows.events, 2);
    await assertAllSealed(database, keys);
  });

  test('passes a gap that a rollback left, and answers for it', async () => {
    const held = await appendUncommitted(database, fact(), fact());
    await append(database, fact());
    await held.rollBack();
    const { newest } = await seal();
    assert.equal(newest!.rows, 1);
    assert.equal(newest!.first, newest!.last);
    await assertAllSealed(database, keys);
  });

  test('is done once by several servers at the same time', async () => {
    await appendMany(30_000);
    await Promise.all(Array.from({ length: 20 }, () => change(database)));
    const heard: Seal[] = [];
    const onSeal = async (_tx: unknown, one: Seal) => async () => {
      heard.push(one);
    };
    const started = (await assertPartlySealed()).length;
    const reports = await Promise.all(
      Array.from({ length: 4 }, () => sealLogs({ database, keys, onSeal }, never)),
    );
    // The last one of them may have taken an earlier end.
    reports.push(await sealLogs({ database, keys, onSeal }, never));
    const all = await assertAllSealed(database, keys);
    const added = all.slice(started);
    assert.deepEqual(
      heard.toSorted((one, other) => one.number - other.number),
      added,
    );
    assert.equal(
      reports.reduce((sum, { seals }) => sum + seals, 0),
      added.length,
    );
    assert.equal(
      added.reduce((sum, { rows }) => sum + rows, 0),
      30_020,
    );
  });

  test('fails on none of several servers that insert the same seal', async () => {
    for (let round = 0; round < 60; round += 1) {
      await append(database, fact());
      const reports = await Promise.all(Array.from({ length: 8 }, () => seal()));
      assert.equal(
        reports.reduce((sum, { rows }) => sum + rows.events, 0),
        1,
      );
    }
  });

  const assertPartlySealed = () => query(url, 'select number from log_seals order by number');

  test('is left to another server that was faster, which goes on', async () => {
    await appendMany(5_000);
    await change(database);
    let slower: ReturnType<typeof seal> | undefined;
    const faster = await sealLogs(
      {
        database,
        keys,
        async onSeal() {
          if (slower === undefined) {
            slower = seal();
            await until(async () => {
              const waiting = await query(
                ownerUrl,
                `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
              );
              assert.equal(waiting.length, 1);
            });
          }
          return async () => {};
        },
      },
      never,
    );
    assert.deepEqual([faster.seals, faster.rows], [3, { events: 5_000, audit: 1 }]);
    assert.equal((await slower)!.seals, 0);
    await assertAllSealed(database, keys);
  });

  test('goes on where a killed server ended', async () => {
    for (const seals of [1, 2, 3]) {
      await appendMany(40_000);
      const child = startSealing();
      const ended = once(child, 'exit');
      for (let heard = 0; heard < seals; heard += 1) {
        await Promise.race([once(child, 'message'), ended]);
      }
      child.kill('SIGKILL');
      await ended;
    }
    await seal();
    await assertAllSealed(database, keys);
  });

  test('is undone with what follows from it, and begins what follows after the commit', async () => {
    await append(database, namedFact('followed'));
    const [{ count }] = (await query(url, 'select count(*)::int from log_seals')) as [
      { count: number },
    ];
    const failing = sealLogs(
      { database, keys, onSeal: () => Promise.reject(new Error('no delivery')) },
      never,
    );
    await assert.rejects(failing, /no delivery/);
    let seen = 0;
    const report = await sealLogs(
      {
        database,
        keys,
        async onSeal(tx) {
          const rows = await tx.run<{ count: number }>(
            'test.seals_within',
            'select count(*)::int from log_seals',
            [],
          );
          assert.equal(rows[0]!.count, count + 1);
          return async () => {
            seen = (await query(url, 'select from log_seals')).length;
          };
        },
      },
      never,
    );
    assert.equal(report.seals, 1);
    assert.equal(seen, count + 1);
  });

  test('ends when the server stops, between two seals', async () => {
    await appendMany(9_000);
    const stopping = new AbortController();
    const report = await sealLogs(
      {
        database,
        keys,
        async onSeal() {
          stopping.abort();
          return async () => {};
        },
      },
      stopping.signal,
    );
    assert.equal(report.seals, 1);
    assert.equal((await seal()).rows.events, 9_000 - 4_096);
    await assertAllSealed(database, keys);
  });
});

describe('personal data', () => {
  test('is never sealed as text', async () => {
    const person = await addUser(database, { role: 'kitchen' });
    const actor = { type: 'user', id: person.id, role: 'kitchen' } as const;
    const [id] = await insertOldEvents(database, [fact({ actor, reason: 'Zaphod dropped it' })]);
    const origin = { address: '198.51.100.77', userAgent: 'Zaphod/1.0' };
    await insertOldAudit(database, { ...author, actor, origin }, [
      {
        type: 'user.changed',
        subjectId: person.id,
        before: { name: 'Z' },
        after: { name: 'Zaphod' },
      },
    ]);
    const { rows } = await seal();
    assert.deepEqual(rows, { events: 1, audit: 1 });
    await assertAllSealed(database, keys);
    const [event] = await query(url, 'select reason, personal_of from events where id = $1', [id]);
    assert.deepEqual(event, { reason: null, personal_of: person.id });
    const [row] = await query(
      url,
      `select after, address, user_agent from audit where subject_id = $1 and type = 'user.changed'`,
      [person.id],
    );
    assert.deepEqual(row, { after: { name: null }, address: null, user_agent: null });
    await query(
      url,
      'update personal_keys set key = null, destroyed_at = now() where person_id = $1',
      [person.id],
    );
    await assertAllSealed(database, keys);
  });

  test('of a sealed row cannot be given another form', async () => {
    const person = await addUser(database, { role: 'kitchen' });
    const [id] = await insertOldEvents(database, [fact({ reason: null })]);
    await change(database);
    await seal();
    // As somebody could who owns the tables: rows that look as if they had to be brought over.
    const client = await owner.connect();
    await client.query('set session_replication_role = replica');
    await client.query(`update events set reason = 'Mine', actor_id = $2 where id = $1`, [
      id,
      person.id,
    ]);
    await client.query(
      `update audit set address = '198.51.100.77', actor_id = $1 where position = (select max(position) from audit)`,
      [person.id],
    );
    await client.end();
    const forms = `select (select row(reason, personal, personal_of)::text from events where id = $1) as event,
                          (select row(address, actor_personal)::text from audit order by position desc limit 1) as audit`;
    const before = await query(url, forms, [id]);
    await seal();
    assert.deepEqual(await query(url, forms, [id]), before);
    await assert.rejects(assertAllSealed(database, keys), /the rows of seal/);
  });
});

describe('a stored seal', () => {
  const insert = ({ number, previous, first, last }: Readonly<Record<string, string>>) =>
    query(
      url,
      `insert into log_seals (number, format, log, previous, rows, first, last, root, hash, signature, at, leaves)
       select ${number}, format, log, ${previous}, rows, ${first}, ${last}, root, hash, signature, at, leaves
         from log_seals as former
        where log = 'events'
        order by number desc
        limit 1`,
    );
  const next = '(select max(number) + 1 from log_seals)';
  const newest = '(select hash from log_seals order by number desc limit 1)';
  const first = '(select min(position) from events where position > former.last)';
  const last = '(select max(position) from events)';

  test('is neither changed nor removed', async () => {
    for (const text of [
      'update log_seals set rows = 1',
      'delete from log_seals',
      'truncate log_seals',
    ]) {
      await assert.rejects(query(url, text), /permission denied/, text);
      await assert.rejects(query(ownerUrl, text), /append-only/, text);
    }
  });

  test('that does not continue the chain, or is for rows that are not there, is refused', async () => {
    await seal();
    await append(database, namedFact('first'), namedFact('last'));
    const right = { number: next, previous: newest, first, last };
    for (const wrong of [
      { number: `${next} + 1` },
      { previous: 'previous' },
      { first: 'last' },
      { first: `${first} + 1`, last: `${last} + 1` },
      // All that is written later would count as sealed.
      { last: '9e18' },
    ]) {
      await assert.rejects(insert({ ...right, ...wrong }), /does not continue the chain/);
    }
    await assert.rejects(insert({ ...right, number: `${next} - 1` }), /log_seals_number_pkey/);
    await insert(right);
  });
});

const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

function startSealing(): ChildProcess {
  const program = fileURLToPath(new URL('../support/sealing-process.ts', import.meta.url));
  const child = fork(program, [url, key]);
  children.push(child);
  return child;
}
