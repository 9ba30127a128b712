import { createRowCipher, identifyKey, type RowCipher } from '../shared/row-cipher.ts';

/** Where a secret is stored: it can be decrypted nowhere else, except in another column of the same row. */
export interface SecretPlace {
  readonly table: string;
  /** The id of the row. */
  readonly id: string;
}

/** A secret as it is stored. */
export interface StoredSecret<Form = Buffer> {
  readonly value: Form;
  /** The key under which it is encrypted. Null: it is in clear. */
  readonly keyId: string | null;
}

/**
 * Encrypts the secrets that a database stores, under keys that it does not have. Each statement runner of the database
 * carries it.
 */
export interface KeyRing {
  /** The ids of the keys that this process has, in the order of ENCRYPTION_KEY. */
  readonly ids: readonly string[];
  /** The key that encrypts. Null: none is in force, and secrets are stored in clear. */
  readonly currentId: string | null;
  /** The others, under which there may be secrets that can be encrypted anew. */
  readonly formerIds: readonly string[];
  /** Makes one of the keys encrypt, or none. */
  use(id: string | null): void;
  encrypt(place: SecretPlace, secret: Uint8Array): StoredSecret;
  /** Throws `MissingEncryptionKeyError`, and another error if the row was altered. */
  decrypt(place: SecretPlace, stored: StoredSecret): Buffer;
  /** The same for a text, which is base64 once encrypted. */
  encryptText(place: SecretPlace, secret: string): StoredSecret<string>;
  decryptText(place: SecretPlace, stored: StoredSecret<string>): string;
}

/** ENCRYPTION_KEY lacks keys that are needed. The message states which, and what to do. */
export class MissingEncryptionKeyError extends Error {
  override name = 'MissingEncryptionKeyError';
  readonly keyIds: readonly string[];

  constructor(keyIds: readonly string[]) {
    const [first] = keyIds;
    const [keys, them, it] =
      keyIds.length === 1 ? ['key', 'it', 'it is'] : ['keys', 'them', 'one is'];
    super(
      `ENCRYPTION_KEY does not contain the ${keys} ${keyIds.join(', ')}, under which secrets are encrypted: add ${them}, separated by commas. If ${it} lost, "holdfast encryption-key forget ${first}" gives up what is encrypted under it.`,
    );
    this.keyIds = keyIds;
  }
}

/** In hexadecimal, because an operator may type it, and it may not begin with a hyphen, as an option does. */
function buildKeyId(key: string): string {
  return identifyKey(key, 'encryption key id').toString('hex');
}

/** Creates the ring of these keys, the texts of ENCRYPTION_KEY. None encrypts until `use`, all decrypt. */
export function createKeyRing(keys: readonly string[]): KeyRing {
  const byId = new Map(keys.map((key) => [buildKeyId(key), key]));
  const ciphers = new Map<string, RowCipher>();
  let currentId: string | null = null;

  /** Each table has keys of its own, which are derived once. */
  function cipherOf({ table }: SecretPlace): RowCipher {
    let cipher = ciphers.get(table);
    if (cipher === undefined) {
      cipher = createRowCipher(byId, `holdfast secrets of ${table}`);
      ciphers.set(table, cipher);
    }
    return cipher;
  }

  function encrypt(place: SecretPlace, secret: Uint8Array): StoredSecret {
    if (currentId === null) return { value: Buffer.from(secret), keyId: null };
    return { value: cipherOf(place).encrypt(currentId, toRow(place), secret), keyId: currentId };
  }

  function decrypt(place: SecretPlace, { value, keyId }: StoredSecret): Buffer {
    if (keyId === null) return value;
    const secret = cipherOf(place).decrypt(keyId, toRow(place), value);
    if (secret === null) throw new MissingEncryptionKeyError([keyId]);
    return secret;
  }

  return {
    ids: [...byId.keys()],
    get currentId() {
      return currentId;
    },
    get formerIds() {
      return [...byId.keys()].filter((id) => id !== currentId);
    },
    use(id) {
      if (id !== null && !byId.has(id)) throw new MissingEncryptionKeyError([id]);
      currentId = id;
    },
    encrypt,
    decrypt,
    encryptText(place, secret) {
      const { value, keyId } = encrypt(place, Buffer.from(secret));
      return { value: value.toString(keyId === null ? 'utf8' : 'base64'), keyId };
    },
    decryptText(place, { value, keyId }) {
      const bytes = Buffer.from(value, keyId === null ? 'utf8' : 'base64');
      return decrypt(place, { value: bytes, keyId }).toString();
    },
  };
}

/**
 * Returns what `decrypt` returns, and null if it fails because the row was altered: one such row must not hold up others. Throws
 * `MissingEncryptionKeyError`, because then nothing is wrong with the row.
 */
export function unlessAltered<T>(decrypt: () => T): T | null {
  try {
    return decrypt();
  } catch (error) {
    if (error instanceof MissingEncryptionKeyError) throw error;
    return null;
  }
}

function toRow({ table, id }: SecretPlace): string {
  return `${table} ${id}`;
}
