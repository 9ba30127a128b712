import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../../src/database/database.ts';
import { createRecordedSettings } from '../../../src/modules/notifications/mail-settings.ts';
import { recordMails } from '../../../src/modules/notifications/record-mails.ts';
import { testDatabase } from '../../support/database.ts';

const { database } = await testDatabase();

test('mails are recorded again after their settings could not be stored', async () => {
  let isAvailable = false;
  const unreliable: Database = {
    ...database,
    async run(...call) {
      if (!isAvailable) throw new Error('the database is unavailable');
      return database.run(...call);
    },
  };
  const settings = createRecordedSettings(unreliable, {
    shopName: 'Shop',
    publicUrl: 'https://shop.example',
    messageIdDomain: 'shop.example',
  });
  await assert.rejects(recordMails(database, settings, []));
  isAvailable = true;
  assert.deepEqual(await recordMails(database, settings, []), []);
});
