import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { toBytea } from './personal-keys.ts';

const ALGORITHM = 'aes-256-gcm';
/** Source: NIST SP 800-38D: a nonce of 96 bits, a tag of 128 bits. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The first byte of each ciphertext. Another form would have another one. */
const FORM = 1;

/** Where a ciphertext is stored: it can be read nowhere else. */
export interface PersonalPlace {
  /** The table and the column, such as `events.personal`. */
  readonly column: string;
  /** The id of the row. */
  readonly id: string;
}

/**
 * Returns fields as the text form of a `bytea`: AES-256-GCM of their JSON, with a random nonce, which an attacker cannot
 * move to another row. Returns null if the key was destroyed: what is learnt of an erased person is not kept.
 */
export function encryptPersonal(
  key: Buffer | null,
  place: PersonalPlace,
  fields: Readonly<Record<string, unknown>>,
): string | null {
  if (key === null) return null;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(toAssociatedData(place));
  const encrypted = [cipher.update(JSON.stringify(fields), 'utf8'), cipher.final()];
  return toBytea(Buffer.concat([Buffer.of(FORM), nonce, ...encrypted, cipher.getAuthTag()]));
}

/**
 * Returns the fields of a ciphertext. Returns null if there is none, if its key was destroyed, or if it is not what was
 * stored there: one altered row must not hide the others of a page.
 */
export function decryptPersonal(
  key: Buffer | null | undefined,
  place: PersonalPlace,
  ciphertext: Buffer | null,
): Readonly<Record<string, unknown>> | null {
  if (ciphertext === null || key === null || key === undefined) return null;
  if (ciphertext[0] !== FORM || ciphertext.length < 1 + NONCE_BYTES + TAG_BYTES) return null;
  const [nonceEnd, tagStart] = [1 + NONCE_BYTES, ciphertext.length - TAG_BYTES];
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv(ALGORITHM, key, ciphertext.subarray(1, nonceEnd), options);
  decipher.setAAD(toAssociatedData(place));
  decipher.setAuthTag(ciphertext.subarray(tagStart));
  try {
    const text = Buffer.concat([
      decipher.update(ciphertext.subarray(nonceEnd, tagStart)),
      decipher.final(),
    ]);
    return JSON.parse(text.toString('utf8'));
  } catch {
    return null;
  }
}

function toAssociatedData({ column, id }: PersonalPlace): Buffer {
  return Buffer.from(`${column} ${id}`);
}
