import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../../src/database/database.ts';
import { createRecordedSettings } from '../../../src/modules/notifications/mail-settings.ts';
import { recordMails } from '../../../src/modules/notifications/record-mails.ts';
import { testDatabase } from '../../support/database.ts';
import { createMailFixture } from './mail-fixture.ts';

const { database } = await testDatabase();

test('mails are recorded again after their settings could not be stored', async () => {
  let isAvailable = true;
  const unreliable: Database = {
    ...database,
    async run(...call) {
      if (!isAvailable) throw new Error('the database is unavailable');
      return database.run(...call);
    },
  };
  const recorded = createRecordedSettings(unreliable, {
    shopName: 'Shop',
    publicUrl: 'https://shop.example',
    messageIdDomain: 'shop.example',
  });
  const settings = await recorded.read();
  isAvailable = false;
  const { place, listJobs, claim, outcome } = await createMailFixture(database);
  const order = await place();
  const [job] = await claim(await listJobs(order));
  const data = { kind: 'order.placed', orderId: order.orderId, sequence: 1 } as const;
  const facts = {
    recipient: order.email,
    greetedName: '',
    paymentNote: null,
    payByMs: null,
    isGuest: false,
    omitsOwnWords: false,
  };
  const ended = [{ job: job!, data, mail: { userId: null, facts, settings, text: null } }];
  await assert.rejects(recordMails(database, recorded, ended));
  isAvailable = true;
  assert.deepEqual(await recordMails(database, recorded, ended), [true]);
  assert.deepEqual((await outcome([job!])).recorded, [order.email]);
});
