import type { EncryptedTable } from '../database/encryption/encrypted-table.ts';
import { toBytea, toKeyPlace } from './personal-keys.ts';
import {
  destroyKeysUnder,
  findKeysUnderOthers,
  listEncryptingIds,
  replaceKeys,
} from './queries.ts';

/** The keys of people as a table with secrets. */
export const encryptedPersonalKeys: EncryptedTable = {
  name: 'personal_keys',
  async listKeyIds(db) {
    const rows = await listEncryptingIds(db);
    return rows.map(({ keyId }) => keyId);
  },
  async encryptAnew(db, limit) {
    const { keyRing } = db;
    if (keyRing.currentId === null) return [];
    const others = keyRing.ids.filter((id) => id !== keyRing.currentId);
    const rows = await findKeysUnderOthers(db, others, limit);
    const anew = rows.map(({ personId, key, keyId }) => {
      const place = toKeyPlace(personId);
      return keyRing.encrypt(place, keyRing.decrypt(place, { value: key, keyId }));
    });
    return replaceKeys(
      db,
      rows.map(({ personId }) => personId),
      rows.map(({ key }) => toBytea(key)),
      anew.map(({ value }) => toBytea(value)),
      anew.map(({ keyId }) => keyId),
    );
  },
  async forget(tx, keyId) {
    const [destroyed] = await destroyKeysUnder(tx, keyId);
    return destroyed!.count;
  },
};
