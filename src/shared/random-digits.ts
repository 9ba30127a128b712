import { randomFillSync } from 'node:crypto';

const BYTES = 16;
const random = Buffer.alloc(256 * BYTES);
let digits = '';
let used = 0;

/**
 * Returns 32 random hexadecimal digits, for ids that are no secrets. Generated in bulk: one at a time, they take 1.6 µs,
 * a sixtieth of an order.
 */
export function randomDigits(): string {
  if (used === digits.length) {
    digits = randomFillSync(random).toString('hex');
    used = 0;
  }
  const from = used;
  used += 2 * BYTES;
  return digits.slice(from, used);
}
