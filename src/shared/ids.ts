import { hash, randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** A UUIDv7 in lower case, the only accepted spelling of an id. Source: RFC 9562 §5.7. */
export const ID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

/** Number of values of an id's 32-bit sequence. The first one of a millisecond is in the lower half. */
const SEQUENCES = 2 ** 32;

const idExpression = new RegExp(ID_PATTERN);

/** The digits with the two bits of the variant. Source: RFC 9562 §4.1. */
const VARIANTS = '89ab';

const RANDOM_BYTES = 16;
/** Random bytes for 256 ids: fetching them from the system for each id took two thirds of the time to create one. */
const randomness = Buffer.alloc(256 * RANDOM_BYTES);
let used = randomness.length;
let lastMs = 0;
let sequence = 0;

const bytes = Buffer.alloc(16);
const text = Buffer.alloc(36, '-');
/** Where the digits of each byte begin in the text of an id. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const DIGITS = Buffer.from('0123456789abcdef');

/** Returns a new UUIDv7. The ids of a process increase, even within a millisecond, so inserts append to the index. */
export function newId(): string {
  if (used === randomness.length) {
    randomFillSync(randomness);
    used = 0;
  }
  const random = randomness.subarray(used, used + RANDOM_BYTES);
  used += RANDOM_BYTES;
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = random.readUInt32BE(6) >>> 1;
  } else {
    sequence = (sequence + 1) % SEQUENCES;
    if (sequence === 0) lastMs += 1;
  }
  v7({ msecs: lastMs, seq: sequence, random }, bytes);
  return formatBytes();
}

/** Returns `bytes` as the text of an id. Without a string for each byte, which took six times as much memory. */
function formatBytes(): string {
  for (let index = 0; index < PLACES.length; index += 1) {
    const place = PLACES[index]!;
    const byte = bytes[index]!;
    text[place] = DIGITS[byte >> 4]!;
    text[place + 1] = DIGITS[byte & 0b1111]!;
  }
  return text.toString('latin1');
}

/** Returns a UUIDv7 with the time `at`, for imported rows that are older than their import. */
export function newIdAt(at: Date): string {
  return v7({ msecs: at.getTime() });
}

export function isId(text: string): boolean {
  return idExpression.test(text);
}

/**
 * Returns the id of something that follows exactly once from something else: the same parts yield the same id. It is a
 * UUIDv8 from their SHA-256. Source: RFC 9562 §5.8.
 */
export function derivedId(...parts: readonly string[]): string {
  // In one call, without an object for the hash: every event and every job needs one.
  const hex = hash('sha256', JSON.stringify(parts));
  const variant = VARIANTS[Number.parseInt(hex.charAt(16), 16) & 0b11];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Returns the id of something that follows exactly once from a cause with a UUIDv7: the same parts yield the same id.
 * It has the time of its cause, so it is a UUIDv7 too and its row is stored near others of that time.
 */
export function followingId(causeId: string, ...parts: readonly string[]): string {
  return `${causeId.slice(0, 14)}7${derivedId(causeId, ...parts).slice(15)}`;
}
