import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../../database/database.ts';
import { sha256 } from '../../../shared/canonical-json.ts';
import { deleteRecoveryCodes, insertRecoveryCodes } from './factor-queries.ts';

const CODES = 10;
/** 120 bits. */
const BYTES = 15;
const BITS_A_CHARACTER = 5;
const GROUP = /.{6}(?=.)/g;

/** Without I, L, O and U. Source: https://www.crockford.com/base32.html. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SHAPE = new RegExp(`^[${ALPHABET}]{${(BYTES * 8) / BITS_A_CHARACTER}}$`);

/** Returns a new code as it is shown, such as `7ZK3Q9-…`: 24 characters in four groups. */
function createRecoveryCode(): string {
  const bits = [...randomBytes(BYTES)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const text = bits.replace(/.{5}/g, (five) => ALPHABET.charAt(Number.parseInt(five, 2)));
  return text.replace(GROUP, '$&-');
}

/**
 * Returns the hash of a code as somebody typed it: case, blanks and hyphens do not matter, and I, L and O are read as 1
 * and 0. Null if it cannot be a code. Plain SHA-256 suffices for 120 random bits.
 */
export function hashRecoveryCode(userId: string, typed: string): Buffer | null {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
    .replace(/[IL]/g, '1')
    .replaceAll('O', '0');
  return SHAPE.test(code) ? sha256('recovery code', userId, code) : null;
}

/** Replaces the recovery codes of a user by new ones, in the order in which they are shown; the old ones are void. */
export async function replaceRecoveryCodes(tx: Transaction, userId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, createRecoveryCode);
  await deleteRecoveryCodes(tx, userId);
  await insertRecoveryCodes(
    tx,
    userId,
    codes.map((code) => hashRecoveryCode(userId, code)!.toString('hex')),
  );
  return codes;
}
