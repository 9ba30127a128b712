import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type AuditEntry,
  type PersonalParts,
  readPersonal,
  recordAudit,
  type StoredPersonal,
  storedPersonalColumns,
} from '../../src/audit/index.ts';
import { findOldAudit } from '../../src/audit/old-form-queries.ts';
import {
  appendEvents,
  fixedReasons,
  type NewEvent,
  type ReasonRow,
  readReason,
  reasonColumns,
} from '../../src/events/index.ts';
import { findOldEvents } from '../../src/events/old-form-queries.ts';
import { bringIntoPersonalForm } from '../../src/seals/bring-into-personal-form.ts';
import { type Actor, type Author, systemActor } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { insertOldAudit, insertOldEvents } from '../support/old-form.ts';
import { addUser } from '../support/shop.ts';
import { query } from '../support/until.ts';

const { database, owner, url, ownerUrl } = await testDatabase({ invariants: false });
const customer = await addUser(database);
const admin = await addUser(database, { role: 'admin' });
const adminActor: Actor = { type: 'user', id: admin.id, role: 'admin' };
const orderId = newId();
await query(
  url,
  `insert into orders (id, number, customer_id, status, vip, total_minor, currency, last_sequence)
   values ($1, '1', $2, 'PENDING', false, 0, 'GBP', 1000000)`,
  [orderId, customer.id],
);
let sequence = 0;
const never = new AbortController().signal;

const reasons = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...Object.values(fixedReasons)),
  fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0')),
  fc.constantFrom('null', 'NULL', '"', '\\', "it's", '{}', 'It was paid. ', 'Ann, 07700 900123'),
);
const actors = fc.constantFrom<Actor>(
  adminActor,
  { type: 'user', id: customer.id, role: 'customer' },
  { type: 'api_key', id: newId(), role: null },
  systemActor,
  { type: 'provider', id: null, role: null },
);
const randomEvent = fc.record({ reason: reasons, actor: actors, ofOrder: fc.boolean() });

/** Builds an event, with a sequence of its own each time. */
function buildEvent({
  reason,
  actor,
  ofOrder,
}: {
  readonly reason: string | null;
  readonly actor: Actor;
  readonly ofOrder: boolean;
}): NewEvent {
  sequence += 1;
  return {
    type: ofOrder ? 'order.cancelled' : 'stock.adjusted',
    orderId: ofOrder ? orderId : null,
    customerId: ofOrder ? customer.id : null,
    sequence: ofOrder ? sequence : null,
    from: null,
    to: null,
    actor,
    reason,
    cause: { requestId: null, traceId: null },
  };
}

async function readReasons(after: number): Promise<(string | null)[]> {
  const rows = await database.run<ReasonRow>(
    'test.reasons',
    `select id, ${reasonColumns} from events where position > $1::bigint order by position`,
    [after],
  );
  return rows.map((row) => readReason(database.keyRing, row));
}

async function readAudit(after: number): Promise<PersonalParts[]> {
  const rows = await database.run<StoredPersonal>(
    'test.personal_audit',
    `select id, ${storedPersonalColumns} from audit as page where position > $1::bigint order by position`,
    [after],
  );
  return rows.map((row) => readPersonal(database.keyRing, row));
}

async function endOf(table: 'events' | 'audit'): Promise<number> {
  const [row] = await query(url, `select coalesce(max(position), 0)::int as last from ${table}`);
  return row!.last as number;
}

test('is_fixed_reason knows the reasons that the program gives, and no others', async () => {
  const rows = await query(
    ownerUrl,
    `select prosrc, pg_get_functiondef(oid) as text from pg_proc where proname = 'is_fixed_reason'`,
  );
  const known = [...String(rows[0]!.text).matchAll(/'((?:[^']|'')+)'::text/g)].map(([, text]) =>
    text!.replaceAll("''", "'"),
  );
  assert.deepEqual(known.sort(), Object.values<string>(fixedReasons).sort());
});

describe('what earlier servers wrote about people', () => {
  test('reads the same in the old form, when it was brought over, and if it is written now', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(randomEvent, { maxLength: 8 }), async (events) => {
        const expected = events.map(({ reason }) => reason);
        const start = await endOf('events');
        await insertOldEvents(database, events.map(buildEvent));
        assert.deepEqual(await readReasons(start), expected);
        const personal = events.filter(
          ({ reason, actor, ofOrder }) =>
            reason !== null &&
            !Object.values<string>(fixedReasons).includes(reason) &&
            (ofOrder || actor.id !== null),
        );
        assert.equal(await bringIntoPersonalForm(database, never), personal.length);
        assert.deepEqual(await readReasons(start), expected);
        const end = await endOf('events');
        await database.transaction((tx) => appendEvents(tx, events.map(buildEvent)));
        assert.deepEqual(await readReasons(end), expected);
        assert.equal(await bringIntoPersonalForm(database, never), 0);
        const shape = `reason, personal_of, octet_length(personal) as length`;
        assert.deepEqual(
          await query(
            url,
            `select ${shape} from events where position > $1 and position <= $2 order by position`,
            [start, end],
          ),
          await query(url, `select ${shape} from events where position > $1 order by position`, [
            end,
          ]),
        );
      }),
      { numRuns: 60 },
    );
  });

  const texts = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
  const users = fc.record({
    name: texts,
    email: fc.option(texts),
    role: fc.constantFrom('customer', 'admin'),
    vip: fc.boolean(),
    sessionsEnded: fc.nat(),
  });
  const states = fc.option(users);
  const changes = fc.record({
    isUser: fc.boolean(),
    before: states,
    after: states,
    actor: actors.filter(({ type }) => type !== 'provider'),
    origin: fc.option(fc.record({ address: fc.option(fc.ipV6()), userAgent: fc.option(texts) })),
  });

  test('reads the same in the audit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(changes, { maxLength: 8 }), async (made) => {
        const subjectId = newId();
        const entries = made.map(({ isUser, before, after, actor, origin }) => {
          const type = isUser ? 'user.changed' : 'product.changed';
          const entry: AuditEntry = { type, subjectId, before, after };
          const author: Author = {
            actor,
            cause: { requestId: null, traceId: null },
            // On the command line and in jobs there is no request.
            ...(origin === null || actor.id === null ? {} : { origin }),
          };
          return [author, entry] as const;
        });
        const start = await endOf('audit');
        for (const [author, entry] of entries) await insertOldAudit(database, author, [entry]);
        const asOld = await readAudit(start);
        await bringIntoPersonalForm(database, never);
        assert.deepEqual(await readAudit(start), asOld);
        const end = await endOf('audit');
        for (const [author, entry] of entries) {
          await database.transaction((tx) => recordAudit(tx, author, [entry]));
        }
        assert.deepEqual(await readAudit(end), asOld);
        assert.equal(await bringIntoPersonalForm(database, never), 0);
        const shape = `before, after, reason, address, user_agent, octet_length(subject_personal) as subject,
                       octet_length(actor_personal) as actor`;
        assert.deepEqual(
          await query(
            url,
            `select ${shape} from audit where position > $1 and position <= $2 order by position`,
            [start, end],
          ),
          await query(url, `select ${shape} from audit where position > $1 order by position`, [
            end,
          ]),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('is brought over once by several servers at the same time, whatever its amount', async () => {
    const start = await endOf('events');
    const wanted = Array.from({ length: 1_203 }, (_, index) => `Ann ${index}`);
    const events = wanted.map((reason) => buildEvent({ reason, actor: adminActor, ofOrder: true }));
    await insertOldEvents(database, events);
    const counts = await Promise.all(
      Array.from({ length: 3 }, () => bringIntoPersonalForm(database, never)),
    );
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      wanted.length,
    );
    assert.deepEqual(await readReasons(start), wanted);
  });

  test('is not kept of a person who was erased in the meantime', async () => {
    const erased = await addUser(database);
    await query(
      url,
      'insert into personal_keys (person_id, key, destroyed_at) values ($1, null, now())',
      [erased.id],
    );
    const start = await endOf('events');
    const actor: Actor = { type: 'user', id: erased.id, role: 'kitchen' };
    await insertOldEvents(database, [buildEvent({ reason: 'Mine', actor, ofOrder: false })]);
    assert.equal(await bringIntoPersonalForm(database, never), 1);
    assert.deepEqual(await readReasons(start), [null]);
    assert.equal(await bringIntoPersonalForm(database, never), 0);
  });

  test('stays while its owner is unknown, and does not hold up the rest', async () => {
    const start = await endOf('events');
    const lost = {
      ...buildEvent({ reason: 'Lost', actor: systemActor, ofOrder: true }),
      orderId: newId(),
    };
    const found = buildEvent({ reason: 'Found', actor: adminActor, ofOrder: true });
    await insertOldEvents(database, [lost, found]);
    assert.equal(await bringIntoPersonalForm(database, never), 1);
    assert.deepEqual(await readReasons(start), ['Lost', 'Found']);
  });

  test('is found without reading the log', async () => {
    for (const { text, statementName } of [findOldEvents, findOldAudit]) {
      const plan = await owner.transaction(async (tx) => {
        await tx.run('test.no_scans', 'set local enable_seqscan = off', []);
        return tx.run(`test.explain_${statementName}`, `explain ${text}`, [0, 500]);
      });
      assert.match(JSON.stringify(plan), /_position_old_idx/);
    }
  });
});

describe('a row of the log or the audit', () => {
  test('is changed by nothing but this, not even by the functions that do it', async () => {
    const start = await endOf('events');
    await insertOldEvents(database, [
      buildEvent({ reason: 'Ann', actor: adminActor, ofOrder: true }),
      buildEvent({ reason: fixedReasons.paid, actor: adminActor, ofOrder: true }),
    ]);
    await bringIntoPersonalForm(database, never);
    const read = () =>
      query(url, 'select events::text as row from events where position > $1 order by position', [
        start,
      ]);
    const before = await read();
    const positions = [start + 1, start + 2];
    const [brought] = await query(
      url,
      `select bring_events_into_personal_form($1::bigint[], array['\\x00', '\\x00']::bytea[])::int as count`,
      [positions],
    );
    assert.equal(brought!.count, 0);
    assert.deepEqual(await read(), before);
    const attempts = [
      `update events set reason = 'x' where position = ${start + 1}`,
      `update events set personal = null where position = ${start + 1}`,
      `update events set reason = null where position = ${start + 2}`,
      `update events set reason = null, personal_of = '${admin.id}', data = '{"a": 1}' where position = ${start + 2}`,
      `delete from events where position = ${start + 1}`,
    ];
    for (const text of attempts) {
      await assert.rejects(query(url, text), { code: '42501' }, text);
      await assert.rejects(query(ownerUrl, text), { constraint: 'events_append_only_check' }, text);
    }
    assert.deepEqual(await read(), before);
  });

  test('of the audit neither', async () => {
    const author: Author = {
      actor: adminActor,
      cause: { requestId: null, traceId: null },
      origin: { address: '203.0.113.7', userAgent: 'till' },
    };
    const start = await endOf('audit');
    const entry = { type: 'user.changed', subjectId: customer.id } as const;
    await insertOldAudit(database, author, [
      { ...entry, before: { name: 'Ann', vip: false }, after: { name: 'Bea', vip: true } },
    ]);
    const attempts = [
      `update audit set address = null where position = ${start + 1}`,
      `update audit set before = '{"name": null, "vip": true}', after = '{"name": null, "vip": true}',
                        address = null, user_agent = null where position = ${start + 1}`,
      `update audit set before = null, after = null, address = null, user_agent = null where position = ${start + 1}`,
      `update audit set type = 'user.created', before = '{"name": null, "vip": false}',
                        after = '{"name": null, "vip": true}', address = null, user_agent = null
        where position = ${start + 1}`,
      `delete from audit where position = ${start + 1}`,
    ];
    for (const form of ['old', 'new']) {
      for (const text of attempts) {
        await assert.rejects(query(url, text), { code: '42501' }, text);
        await assert.rejects(
          query(ownerUrl, text),
          { constraint: 'audit_append_only_check' },
          `${form}: ${text}`,
        );
      }
      await bringIntoPersonalForm(database, never);
    }
    const [brought] = await query(
      url,
      `select bring_audit_into_personal_form(array[$1]::bigint[], array['\\x00']::bytea[], array['\\x00']::bytea[])::int as count`,
      [start + 1],
    );
    assert.equal(brought!.count, 0);
    const [row] = await readAudit(start);
    assert.deepEqual(row, {
      before: { name: 'Ann', vip: false },
      after: { name: 'Bea', vip: true },
      reason: null,
      address: '203.0.113.7',
      userAgent: 'till',
    });
  });

  test('cannot be brought over by other roles', async () => {
    const [held] = await query(
      ownerUrl,
      `select count(*)::int as count
         from pg_proc cross join lateral aclexplode(proacl) as acl
        where proname in ('bring_events_into_personal_form', 'bring_audit_into_personal_form')
          and acl.grantee = 0`,
    );
    assert.equal(held!.count, 0);
  });
});
