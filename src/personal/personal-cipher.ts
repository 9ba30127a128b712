import { decryptBytes, encryptBytes } from '../shared/row-cipher.ts';
import { toBytea } from './personal-keys.ts';

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
 * Returns fields as the text form of a `bytea`: their JSON, encrypted so that an attacker cannot move it to another row. Returns
 * null if the key was destroyed: what is learnt of an erased person is not kept.
 */
export function encryptPersonal(
  key: Buffer | null,
  place: PersonalPlace,
  fields: Readonly<Record<string, unknown>>,
): string | null {
  if (key === null) return null;
  const encrypted = encryptBytes(key, toAssociatedData(place), Buffer.from(JSON.stringify(fields)));
  return toBytea(Buffer.concat([Buffer.of(FORM), encrypted]));
}

/**
 * Returns the fields of a ciphertext. Returns null if there is none, if its key was destroyed, or if it is not what was
 * stored there: one altered row must not hide the others of a page.
 */
export function decryptPersonal(
  key: Buffer | null,
  place: PersonalPlace,
  ciphertext: Buffer | null,
): Readonly<Record<string, unknown>> | null {
  if (ciphertext === null || key === null || ciphertext[0] !== FORM) return null;
  try {
    const text = decryptBytes(key, toAssociatedData(place), ciphertext.subarray(1));
    return JSON.parse(text.toString('utf8'));
  } catch {
    return null;
  }
}

function toAssociatedData({ column, id }: PersonalPlace): string {
  return `${column} ${id}`;
}
