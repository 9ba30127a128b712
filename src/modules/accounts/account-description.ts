import { createHmac, hkdfSync } from 'node:crypto';
import type { SecurityDetails } from '../../shared/security-events.ts';

const KEY_BYTES = 32;
/** 128 bits. */
const HASH_LENGTH = 22;

/** Describes for the security log the account that an e-mail address names; `userId` is undefined if there is none. */
export type DescribeAccount = (emailKey: string, userId: string | undefined) => SecurityDetails;

/**
 * Creates the function that describes accounts. An unknown address appears only as a keyed hash, because people type
 * passwords into that field. The same text has the same hash on all servers of a shop, and other secrets give others.
 */
export function createAccountDescriber([secret = '']: readonly string[]): DescribeAccount {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'holdfast unknown address', KEY_BYTES));
  return (emailKey, userId) => {
    if (userId !== undefined) return { userId };
    const hash = createHmac('sha256', key).update(emailKey).digest('base64url');
    return { addressHash: hash.slice(0, HASH_LENGTH) };
  };
}
