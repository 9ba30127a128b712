import type { EncryptedTable } from '../../database/encryption/encrypted-table.ts';
import {
  type KeyRing,
  type SecretPlace,
  unlessAltered,
} from '../../database/encryption/key-ring.ts';
import {
  countSecretsUnder,
  findSecretsUnderOthers,
  forgetSecretsUnder,
  listSecretKeyIds,
  replaceSecrets,
  type StoredSecretsRow,
} from './secret-queries.ts';

/** The secrets of endpoints. An endpoint whose secret is lost receives nothing until it gets another one. */
export const encryptedEndpointSecrets: EncryptedTable = {
  what: 'secrets of webhook endpoints',
  async listKeyIds(db) {
    const rows = await listSecretKeyIds(db);
    return rows.map(({ keyId }) => keyId);
  },
  async countUnder(db, keyId) {
    const [row] = await countSecretsUnder(db, keyId);
    return row!.count;
  },
  async encryptAnew(db, limit) {
    const { keyRing } = db;
    const rows = await findSecretsUnderOthers(db, keyRing.currentId, keyRing.formerIds, limit);
    const replaced = [];
    for (const row of rows) {
      const anew = encryptAnew(keyRing, row);
      if (anew === null) continue;
      const { id, secret, previousSecret } = row;
      replaced.push(...(await replaceSecrets(db, id, secret, previousSecret, ...anew)));
    }
    return replaced;
  },
  async forget(tx, keyId) {
    await forgetSecretsUnder(tx, keyId);
  },
};

/** Returns where the secrets of an endpoint are stored. The previous one was the secret before, in the same place. */
export function toSecretPlace(endpointId: string): SecretPlace {
  return { table: 'webhook_endpoints', id: endpointId };
}

/** Returns both secrets, each with its key. Returns null if one of them was altered. */
function encryptAnew(
  keyRing: KeyRing,
  { id, secret, secretKeyId, previousSecret, previousSecretKeyId }: StoredSecretsRow,
) {
  const place = toSecretPlace(id);
  const encrypt = (value: string | null, keyId: string | null) =>
    value === null
      ? { value, keyId }
      : keyRing.encryptText(place, keyRing.decryptText(place, { value, keyId }));
  return unlessAltered(() => {
    const present = encrypt(secret, secretKeyId);
    const previous = encrypt(previousSecret, previousSecretKeyId);
    return [present.value, present.keyId, previous.value, previous.keyId] as const;
  });
}
