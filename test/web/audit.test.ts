import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { auditTypes } from '../../src/audit/index.ts';
import { auditWords, describeAudit, subjectWords } from '../../web/console/audit/audit-words.ts';
import { buildQuery } from '../../web/console/audit/build-query.ts';
import { formatLabel, formatValue } from '../../web/console/audit/format-value.ts';
import { listChanges } from '../../web/console/audit/list-changes.ts';
import { describeBrowser } from '../../web/shared/browser-name.ts';

type Fields = Record<string, unknown> | null;

const names = new Map([['0190', 'Sauces']]);
const context = { timeZone: 'Europe/Berlin', currency: 'GBP', names };
const pounds = (amount: number) => ({ amount, currency: 'GBP' });

/** Returns the changes in words, in English. */
function describeChanges(before: Fields, after: Fields): string[] {
  return listChanges({ before, after }).map((change) => {
    const label = change.path.map(formatLabel).join(' › ');
    const format = (value: unknown) => formatValue(String(change.path.at(-1)), value, context);
    return change.kind === 'value'
      ? `${label}: ${format(change.before)} → ${format(change.after)}`
      : `${label}: -${change.removed.map(format)} +${change.added.map(format)}`;
  });
}

test('every type of the audit, and every kind of subject, has words', () => {
  assert.deepEqual(Object.keys(auditWords).sort(), Object.keys(auditTypes).sort());
  const kinds = new Set(Object.keys(auditTypes).map((type) => type.split('.')[0]!));
  assert.deepEqual(Object.keys(subjectWords).sort(), [...kinds].sort());
});

test('a change of one field is told by what it means, another by its type', () => {
  const describeChange = (type: string, after: Fields) =>
    describeAudit({ type, after } as Parameters<typeof describeAudit>[0]);
  assert.equal(describeChange('user.changed', { role: 'admin' }), 'Role changed');
  assert.equal(
    describeChange('user.changed', { disabled: true, sessionsEnded: 2 }),
    'Access taken away',
  );
  assert.equal(describeChange('user.changed', { role: 'admin', vip: true }), 'Account changed');
  assert.equal(describeChange('product.changed', { price: pounds(1) }), 'Price changed');
  const pause = { acceptingOrders: false, pausedUntil: '2026-12-01T18:30:00Z' };
  assert.equal(describeChange('shop.changed', pause), 'Shop paused');
  assert.equal(describeChange('webhook_endpoint.deleted', null), 'Webhook endpoint deleted');
  assert.equal(describeChange('seal.made_later', null), 'seal made later');
});

describe('what differs', () => {
  test('money is shown as money, a time on the shop’s clock, an id as a name, nothing as none', () => {
    assert.deepEqual(
      describeChanges(
        { price: pounds(500), endsAt: null, modifierGroupIds: [] },
        { price: pounds(120_050), endsAt: '2026-12-01T23:30:00.000Z', modifierGroupIds: ['0190'] },
      ),
      [
        'Price: £5.00 → £1,200.50',
        'Ends at: none → December 2, 2026 at 12:30 AM',
        'Modifier groups: - +Sauces',
      ],
    );
  });

  test('of opening hours only the days that differ are shown', () => {
    const monday = [['09:00', '17:00']];
    const night = [['18:00', '02:00']];
    assert.deepEqual(
      describeChanges(
        { openingHours: { mon: monday, tue: monday } },
        { openingHours: { mon: monday, tue: [...monday, ...night], sun: night } },
      ),
      [
        'Opening hours › Tuesday: 9:00 AM–5:00 PM → 9:00 AM–5:00 PM, 6:00 PM–2:00 AM',
        'Opening hours › Sunday: none → 6:00 PM–2:00 AM',
      ],
    );
    // The database sorts the days by their names.
    const week = { fri: monday, mon: monday, sun: night };
    assert.deepEqual(describeChanges({ openingHours: null }, { openingHours: week }), [
      'Opening hours: always open → Monday: 9:00 AM–5:00 PM · Friday: 9:00 AM–5:00 PM · Sunday: 6:00 PM–2:00 AM',
    ]);
  });

  test('of lists only what was removed, added or changed is shown', () => {
    const mint = { code: 'MINT', name: 'Mint sauce', price: pounds(50), active: true };
    const gravy = { code: 'GRAVY', name: 'Gravy', price: pounds(80), active: true };
    const ketchup = { code: 'KETCHUP', name: 'Ketchup', price: pounds(0), active: false };
    assert.deepEqual(
      describeChanges(
        { modifiers: [mint, gravy], tipPercents: [5, 10] },
        { modifiers: [{ ...mint, price: pounds(60) }, ketchup], tipPercents: [10, 12] },
      ),
      [
        'Modifiers: -Gravy · code: GRAVY · £0.80 +Ketchup · code: KETCHUP · £0.00 · active: no',
        'Modifiers › Mint sauce › Price: £0.50 → £0.60',
        'Suggested tips: -5% +12%',
      ],
    );
  });

  test('a list that is only in another order is shown before and after', () => {
    assert.deepEqual(describeChanges({ categories: ['A', 'B'] }, { categories: ['B', 'A'] }), [
      'Categories: A, B → B, A',
    ]);
  });

  test('of something new or deleted, all is shown that it has', () => {
    const fields = { vip: false, role: 'admin', name: '', email: 'ada@example.com' };
    assert.deepEqual(describeChanges(null, fields), [
      'E-mail: none → ada@example.com',
      'Role: none → admin',
    ]);
    assert.deepEqual(
      listChanges({ before: fields, after: null }).map(({ path }) => path),
      [['email'], ['role']],
    );
  });
});

test('a key that never ends says so', () => {
  const key = { name: 'Backup', expiresAt: null };
  assert.deepEqual(describeChanges(null, key), ['Name: none → Backup', 'Expires: never → never']);
  assert.deepEqual(
    listChanges({ before: key, after: null }).map(({ path }) => path),
    [['name'], ['expiresAt']],
  );
});

test('of a key the refunds are money', () => {
  assert.deepEqual(describeChanges(null, { name: 'Till', refundMax: 5_000 }), [
    'Name: none → Till',
    'Refunds an hour at most: none → £50.00',
  ]);
});

test('what the program calls a value is said in words, and ids that lead nowhere are left out', () => {
  const app = { factorId: '0191', type: 'totp', name: 'Mine' };
  assert.deepEqual(describeChanges(null, app), [
    'Name: none → Mine',
    'Type: none → Authenticator app',
  ]);
  assert.deepEqual(describeChanges({ factors: [app] }, { factors: [] }), [
    'Second factors: -Mine · type: Authenticator app +',
  ]);
  assert.deepEqual(describeChanges(null, { provenBy: 'reset_link' }), [
    'Proven by: none → the link of a mail',
  ]);
  const read = { mails: 20, newest: '0192', oldest: '0190', texts: true };
  assert.deepEqual(describeChanges(null, read), [
    'Mails: none → 20',
    'With their texts: none → yes',
  ]);
});

describe('a user agent', () => {
  const mozilla = 'Mozilla/5.0';
  const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
  const agents = [
    [`${mozilla} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox on Linux'],
    [
      `${mozilla} (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
      'Edge on Windows',
    ],
    [
      `${mozilla} (Linux; Android 10; K) ${webkit} Chrome/142.0.0.0 Mobile Safari/537.36`,
      'Chrome on Android',
    ],
    [
      `${mozilla} (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1`,
      'Safari on iPhone',
    ],
    [
      `${mozilla} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`,
      'Safari on macOS',
    ],
    ['curl/8.14.1', 'curl'],
    ['node', 'node'],
    [' ', 'unnamed program'],
    ['x'.repeat(60), `${'x'.repeat(40)}…`],
  ] as const;
  for (const [agent, name] of agents) {
    test(`is “${name}” in short`, () => assert.equal(describeBrowser(agent), name));
  }
});

describe('the dates of a filter', () => {
  test('begin and end on the shop’s clock, with the last day included', () => {
    assert.deepEqual(
      buildQuery('from=2026-10-25&to=2026-10-25&actor=system&other=1', 'Europe/Berlin'),
      { from: '2026-10-24T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z', actor: 'system' },
    );
  });

  test('are sent as they are if they are none, and the last day there is has no end', () => {
    assert.deepEqual(buildQuery('from=2026-02-31&to=9999-12-31', 'UTC'), { from: '2026-02-31' });
  });
});
