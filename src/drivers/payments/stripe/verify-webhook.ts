import { isUtf8 } from 'node:buffer';
import { Stripe } from 'stripe';
import { parseEvent } from '../parse-event.ts';
import { InvalidSignatureError, type RawWebhook } from '../payment-provider.ts';

/** How far the time of a webhook may differ from ours, in both directions. The SDK only checks the past. */
const TOLERANCE_SECONDS = 300;
const SIGNATURE = /^v1=[0-9a-f]{64}$/;

/**
 * Returns the body of a webhook that Stripe signed recently. Throws `InvalidSignatureError`, or `InvalidEventError` if
 * the genuine body is not JSON. The header is checked first, because the body is untrusted until then.
 */
export function verifyWebhook(webhookSecret: string, { headers, body, now }: RawWebhook): unknown {
  const header = headers['stripe-signature'];
  const signedAt = typeof header === 'string' ? parseSignedAt(header) : null;
  if (typeof header !== 'string' || signedAt === null) {
    throw new InvalidSignatureError(
      'the header stripe-signature with one time and a signature is missing',
    );
  }
  if (Math.abs(Math.floor(now.getTime() / 1000) - signedAt) > TOLERANCE_SECONDS) {
    throw new InvalidSignatureError('the signature is too old or from the future');
  }
  if (!isPlainUtf8(body))
    throw new InvalidSignatureError('the body is not plain UTF-8, as Stripe signs it');
  try {
    Stripe.webhooks.signature!.verifyHeader(
      body,
      header,
      webhookSecret,
      TOLERANCE_SECONDS,
      undefined,
      now.getTime(),
    );
  } catch (error) {
    throw new InvalidSignatureError('the signature does not match', { cause: error });
  }
  return parseEvent(body);
}

/** Returns seconds since 1970. With two times in the header, two readers could each use a different one. */
function parseSignedAt(header: string): number | null {
  const entries = header.split(',');
  const times = entries.filter((entry) => entry.startsWith('t='));
  const [time = ''] = times;
  if (!entries.some((entry) => SIGNATURE.test(entry))) return null;
  return times.length === 1 && /^t=\d{1,12}$/.test(time) ? Number(time.slice(2)) : null;
}

/** The SDK decodes the body as text before it checks it, so bytes lost in decoding would go unnoticed. */
function isPlainUtf8(body: Buffer): boolean {
  return isUtf8(body) && !body.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
}
