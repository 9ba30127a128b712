import { createRowCipher, identifyKey } from '../../shared/row-cipher.ts';

/** A secret of a factor as the database stores it: nonce, ciphertext and tag, and the key that it needs. */
export interface EncryptedSecret {
  readonly secret: Buffer;
  readonly secretKeyId: string;
}

/** Encrypts the secrets of factors, each for its own row: moved to another row, it cannot be decrypted. */
export interface FactorCipher {
  encrypt(factorId: string, secret: Uint8Array): EncryptedSecret;
  /** Throws if this server does not have the key, or the row was altered. */
  decrypt(factorId: string, encrypted: EncryptedSecret): Buffer;
  /** Returns whether a secret is encrypted under the key that encrypts new ones. */
  isCurrent(encrypted: Pick<EncryptedSecret, 'secretKeyId'>): boolean;
}

/** Creates the cipher. The first key encrypts, all decrypt. Without any, as on a worker, it can do neither. */
export function createFactorCipher(keys: readonly string[]): FactorCipher {
  const byId = new Map(keys.map((key) => [buildFactorKeyId(key), key]));
  const [currentId = null] = byId.keys();
  const cipher = createRowCipher(byId, 'holdfast factor secrets');
  return {
    encrypt(factorId, secret) {
      if (currentId === null) throw new RangeError('the secrets of factors need a key');
      return { secret: cipher.encrypt(currentId, factorId, secret), secretKeyId: currentId };
    },
    decrypt(factorId, { secret, secretKeyId }) {
      const decrypted = cipher.decrypt(secretKeyId, factorId, secret);
      if (decrypted !== null) return decrypted;
      throw new Error(
        'the secret of this factor was encrypted under a FACTOR_KEY that this server does not have',
      );
    },
    isCurrent: ({ secretKeyId }) => secretKeyId === currentId,
  };
}

/** Returns an identifier of a key that does not reveal it. */
export function buildFactorKeyId(key: string): string {
  return identifyKey(key, 'factor key id').toString('base64url');
}
