import type { EncryptedTable } from '../../database/encryption/encrypted-table.ts';
import {
  type KeyRing,
  MissingEncryptionKeyError,
  type SecretPlace,
  unlessAltered,
} from '../../database/key-ring.ts';
import type { Queryable } from '../../database/statement.ts';
import {
  countLostSecrets,
  countSecretsUnder,
  findSecretsUnderOthers,
  forgetSecretsUnder,
  listSecretKeyIds,
  replaceSecrets,
  type StoredSecrets,
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
    const { length } = await forgetSecretsUnder(tx, keyId);
    return length;
  },
};

/** Returns a new secret of an endpoint as it is to be stored. */
export function encryptSecret(keyRing: KeyRing, endpointId: string, secret: string) {
  return keyRing.encryptText(toSecretPlace(endpointId), secret);
}

/**
 * Returns the secrets that sign, the present one first, or why nothing is signed: the receiver may know only the one that cannot be
 * read. A previous one that was altered is left out, so that a rotation helps at once. `stored` has none that no longer signs.
 */
export function openSecrets(
  keyRing: KeyRing,
  endpointId: string,
  stored: StoredSecrets,
): { readonly secrets: readonly string[] } | { readonly fault: string } {
  const { secret, secretKeyId, previousSecret, previousSecretKeyId } = stored;
  if (secret === null) return { fault: 'the secret of the endpoint is lost: rotate it' };
  const place = toSecretPlace(endpointId);
  const open = (value: string, keyId: string | null) =>
    unlessAltered(() => keyRing.decryptText(place, { value, keyId }));
  try {
    const present = open(secret, secretKeyId);
    if (present === null) {
      return { fault: 'the secret of the endpoint was altered in the database: rotate it' };
    }
    const previous = previousSecret === null ? null : open(previousSecret, previousSecretKeyId);
    return { secrets: previous === null ? [present] : [present, previous] };
  } catch (error) {
    if (error instanceof MissingEncryptionKeyError) return { fault: error.message };
    throw error;
  }
}

/** Returns how many active endpoints have lost their secret, and receive nothing. */
export async function countEndpointsWithoutSecret(db: Queryable): Promise<number> {
  const [row] = await countLostSecrets(db);
  return row!.count;
}

/** Returns where the secrets of an endpoint are stored. The previous one was the secret before, in the same place. */
function toSecretPlace(endpointId: string): SecretPlace {
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
