import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** Source of both lengths: NIST SP 800-38D §5.2.1.1 and §5.2.1.2. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_LENGTH = 12;

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
  const [current] = keys;
  const currentId = current === undefined ? null : buildFactorKeyId(current);
  const derived = new Map(keys.map((key) => [buildFactorKeyId(key), deriveKey(key)]));
  return {
    encrypt(factorId, secret) {
      if (currentId === null) throw new RangeError('the secrets of factors need a key');
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, derived.get(currentId)!, nonce);
      cipher.setAAD(Buffer.from(factorId));
      const text = Buffer.concat([cipher.update(secret), cipher.final()]);
      return {
        secret: Buffer.concat([nonce, text, cipher.getAuthTag()]),
        secretKeyId: currentId,
      };
    },
    decrypt(factorId, { secret, secretKeyId }) {
      const key = derived.get(secretKeyId);
      if (key === undefined) {
        throw new Error(
          'the secret of this factor was encrypted under a FACTOR_KEY that this server does not have',
        );
      }
      const decipher = createDecipheriv(ALGORITHM, key, secret.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(factorId));
      decipher.setAuthTag(secret.subarray(-TAG_BYTES));
      return Buffer.concat([
        decipher.update(secret.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
    },
    isCurrent: ({ secretKeyId }) => secretKeyId === currentId,
  };
}

/** Returns an identifier of a key that does not reveal it. */
export function buildFactorKeyId(key: string): string {
  return createHash('sha256')
    .update(`factor key id:${key}`)
    .digest('base64url')
    .slice(0, KEY_ID_LENGTH);
}

function deriveKey(key: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', 'holdfast factor secrets', KEY_BYTES));
}
