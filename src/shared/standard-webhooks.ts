import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/**
 * Signatures of webhooks as Standard Webhooks has them, for those we read and those we send. The package of that name
 * reads the time by itself and makes a text of the bytes before it checks them; here both come from the caller.
 * Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
 */
export interface WebhookMessage {
  /** The same on every try. */
  readonly id: string;
  /** Of this try, in seconds since 1970. */
  readonly timestampSeconds: number;
  readonly body: Buffer;
}

export type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** How far the time of a message may lie from ours, in both directions. */
const WEBHOOK_TOLERANCE_SECONDS = 300;

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
/** Of HMAC-SHA256. */
const SIGNATURE_BYTES = 32;
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 256;
/** While a secret rotates there are two; more than a few is somebody who tries. */
const SIGNATURES_MAX = 16;

/** Whether a text is a secret that messages can be signed with: `whsec_` and 24 bytes or more in base64. */
export function isWebhookSecret(secret: string): boolean {
  return parseKey(secret) !== null;
}

/**
 * The key in a secret of the form `whsec_…`, made ready: from its bare bytes each signature took five times as long.
 * Throws RangeError when it holds none.
 */
export function webhookKey(secret: string): KeyObject {
  const key = parseKey(secret);
  if (key === null) throw new RangeError('a webhook secret is whsec_ and 24 bytes in base64');
  return createSecretKey(key);
}

/** One entry of the header `webhook-signature`. */
export function signWebhook(key: KeyObject, message: WebhookMessage): string {
  return `v1,${digest(key, message).toString('base64')}`;
}

/**
 * Whether a message was signed under one of the keys, and now. Only one of several signatures has to fit, and what is
 * not of version 1 is passed over. Headers that come twice are refused, since two readers could each take another.
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
  // Nothing that could fit, so the body, which may be large, is not hashed.
  if (signatures.length === 0) return false;
  let fits = false;
  for (const key of keys) {
    // The timestamp as it was sent: a leading zero belongs to what was signed.
    const expected = digest(key, { id, timestampSeconds: timestamp, body });
    for (const signature of signatures) {
      // Every pair is compared, so that the time tells nothing of which one fits.
      if (timingSafeEqual(signature, expected)) fits = true;
    }
  }
  return fits;
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
