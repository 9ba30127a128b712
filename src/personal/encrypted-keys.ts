import type { EncryptedTable } from '../database/encryption/encrypted-table.ts';
import { unlessAltered } from '../database/key-ring.ts';
import { toBytea, toKeyPlace } from './personal-keys.ts';
import {
  countKeysUnder,
  destroyKeysUnder,
  findKeysUnderOthers,
  listEncryptingIds,
  replaceKeys,
} from './queries.ts';

/** The keys of people, as secrets that are encrypted. Those whose key is lost are destroyed: nobody can read what is under them. */
export const encryptedPersonalKeys: EncryptedTable = {
  what: 'keys of personal data',
  async listKeyIds(db) {
    const rows = await listEncryptingIds(db);
    return rows.map(({ keyId }) => keyId);
  },
  async countUnder(db, keyId) {
    const [row] = await countKeysUnder(db, keyId);
    return row!.count;
  },
  async encryptAnew(db, limit) {
    const { keyRing } = db;
    const rows = await findKeysUnderOthers(db, keyRing.formerIds, limit);
    const anew = rows.flatMap(({ personId, key, keyId }) => {
      const place = toKeyPlace(personId);
      const secret = unlessAltered(() => keyRing.decrypt(place, { value: key, keyId }));
      return secret === null ? [] : [{ personId, stored: key, ...keyRing.encrypt(place, secret) }];
    });
    return replaceKeys(
      db,
      anew.map(({ personId }) => personId),
      anew.map(({ stored }) => toBytea(stored)),
      anew.map(({ value }) => toBytea(value)),
      anew.map(({ keyId }) => keyId),
    );
  },
  async forget(tx, keyId) {
    const [destroyed] = await destroyKeysUnder(tx, keyId);
    return destroyed!.count;
  },
};
