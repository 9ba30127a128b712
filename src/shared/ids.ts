import { createHash, randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** The text form of a UUIDv7 in lower case, the only spelling of an id that is accepted. Source: RFC 9562 §5.7. */
export const ID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

/** That an id's 32 bits of sequence hold. A millisecond's first one is below half of it. */
const SEQUENCES = 2 ** 32;

const idExpression = new RegExp(ID_PATTERN);

const RANDOM_BYTES = 16;
/** Of 256 ids at once: to ask the system for each took two thirds of the time that an id takes. */
const randomness = Buffer.alloc(256 * RANDOM_BYTES);
let used = randomness.length;
let lastMs = 0;
let sequence = 0;

/** A new UUIDv7. Ids made by one process rise, also within a millisecond, so that inserts append to their index. */
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
  return v7({ msecs: lastMs, seq: sequence, random });
}

/** A UUIDv7 that carries the time `at`, for rows that are older than their import. */
export function newIdAt(at: Date): string {
  return v7({ msecs: at.getTime() });
}

export function isId(text: string): boolean {
  return idExpression.test(text);
}

/**
 * The id of what follows from something else once: the same parts make the same id. A UUIDv8 of their SHA-256.
 * Source: RFC 9562 §5.8.
 */
export function derivedId(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x80;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/**
 * The id of what follows once from something that has a UUIDv7 itself: the same parts make the same id. It carries the
 * time of its cause, so that it is a UUIDv7 too and its row lies with those of that time.
 */
export function followingId(causeId: string, ...parts: readonly string[]): string {
  return `${causeId.slice(0, 14)}7${derivedId(causeId, ...parts).slice(15)}`;
}
