import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** Source of both lengths: NIST SP 800-38D §5.2.1.1 and §5.2.1.2. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 9;

/**
 * Encrypts bytes with AES-256-GCM under a random nonce. Returns nonce, ciphertext and tag. They can be decrypted only with the
 * same associated data, such as where they are stored.
 */
export function encryptBytes(key: Buffer, associatedData: string, bytes: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(associatedData));
  const encrypted = [cipher.update(bytes), cipher.final()];
  return Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]);
}

/** Reverses `encryptBytes`. Throws if the bytes were altered, or belong to another key or other associated data. */
export function decryptBytes(key: Buffer, associatedData: string, encrypted: Buffer): Buffer {
  const nonce = encrypted.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(associatedData));
  decipher.setAuthTag(encrypted.subarray(-TAG_BYTES));
  const text = decipher.update(encrypted.subarray(NONCE_BYTES, -TAG_BYTES));
  return Buffer.concat([text, decipher.final()]);
}

/** Encrypts secrets of one kind under one of several keys, each for its own row: moved to another row, it cannot be decrypted. */
export interface RowCipher {
  /** Throws RangeError without the key. */
  encrypt(keyId: string, row: string, secret: Uint8Array): Buffer;
  /** Returns null without the key. Throws if the secret was altered, or is of another row. */
  decrypt(keyId: string, row: string, encrypted: Buffer): Buffer | null;
}

/** Creates the cipher of a kind. `purpose` makes its keys differ from those of other kinds. `keys`: by their ids. */
export function createRowCipher(keys: ReadonlyMap<string, string>, purpose: string): RowCipher {
  const derived = new Map([...keys].map(([id, key]) => [id, deriveKey(key, purpose)]));
  return {
    encrypt(keyId, row, secret) {
      const key = derived.get(keyId);
      if (key === undefined) throw new RangeError(`there is no key ${keyId}`);
      return encryptBytes(key, row, secret);
    },
    decrypt(keyId, row, encrypted) {
      const key = derived.get(keyId);
      return key === undefined ? null : decryptBytes(key, row, encrypted);
    },
  };
}

/** Returns 72 bits that identify a key and do not reveal it. `label`: of all keys of the same variable. */
export function identifyKey(key: string, label: string): Buffer {
  return createHash('sha256').update(`${label}:${key}`).digest().subarray(0, KEY_ID_BYTES);
}

function deriveKey(key: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', purpose, KEY_BYTES));
}
