import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/**
 * One webhook message, received or sent, signed as Standard Webhooks defines it. The package of that name reads the
 * clock itself and converts the bytes to a text before it checks them; here the caller passes the time and the bytes.
 * Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
 */
export interface WebhookMessage {
  /** The same on every attempt. */
  readonly id: string;
  /** The time of this attempt, in seconds since 1970. */
  readonly timestampSeconds: number;
  readonly body: Buffer;
}

export type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** How far the time of a message may differ from ours, in both directions. */
const WEBHOOK_TOLERANCE_SECONDS = 300;

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
/** The length of an HMAC-SHA256. */
const SIGNATURE_BYTES = 32;
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 256;
/** There are two while a secret is being rotated; many more are guesses. */
const SIGNATURES_MAX = 16;

/** Returns whether a text is a signing secret: `whsec_` and 24 bytes or more in base64. */
export function isWebhookSecret(secret: string): boolean {
  return parseKey(secret) !== null;
}

/**
 * Returns the key of a secret `whsec_…` as a KeyObject: with its raw bytes, each signature took five times as long.
 * Throws RangeError if the secret is invalid.
 */
export function webhookKey(secret: string): KeyObject {
  const key = parseKey(secret);
  if (key === null) throw new RangeError('a webhook secret is whsec_ and 24 bytes in base64');
  return createSecretKey(key);
}

/** Returns one entry of the header `webhook-signature`. */
export function signWebhook(key: KeyObject, message: WebhookMessage): string {
  return `v1,${digest(key, message).toString('base64')}`;
}

/**
 * Returns whether a message was recently signed with one of the keys. One matching signature is enough; versions other
 * than 1 are ignored. Repeated headers are refused, since two readers could each pick a different one.
 */
export function isSignedWebhook(
  keys: readonly KeyObject[],
  { headers, body, now }: { headers: WebhookHeaders; body: Buffer; now: Date },
): boolean {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const given = headers['webhook-signature'];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') {
    return false;
  }
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) return false;
  const timestampSeconds = Number(timestamp);
  if (Math.abs(now.getTime() / 1000 - timestampSeconds) > WEBHOOK_TOLERANCE_SECONDS) return false;
  const signatures = given.split(' ', SIGNATURES_MAX).flatMap((entry) => {
    const [version, text, ...rest] = entry.split(',');
    if (version !== 'v1' || text === undefined || rest.length > 0) return [];
    const signature = Buffer.from(text, 'base64');
    return signature.length === SIGNATURE_BYTES ? [signature] : [];
  });
  // Without a candidate, the body, which may be large, is not hashed.
  if (signatures.length === 0) return false;
  let matches = false;
  for (const key of keys) {
    // The timestamp as it was sent, because a leading zero is part of the signed text.
    const expected = digest(key, { id, timestampSeconds: timestamp, body });
    for (const signature of signatures) {
      // Every pair is compared, so that the timing does not reveal which one matches.
      if (timingSafeEqual(signature, expected)) matches = true;
    }
  }
  return matches;
}

function digest(
  key: KeyObject,
  { id, timestampSeconds, body }: { id: string; timestampSeconds: number | string; body: Buffer },
): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestampSeconds}.`).update(body).digest();
}

function parseKey(secret: string): Buffer | null {
  const text = SECRET.exec(secret)?.[1];
  if (text === undefined) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= KEY_BYTES_MIN && key.length <= KEY_BYTES_MAX ? key : null;
}
