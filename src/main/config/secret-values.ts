import { isWebhookSecret } from '../../shared/standard-webhooks.ts';
import { list, type Reader, WrongValue } from './config-values.ts';

export const webhookSecret: Reader<string> = (value) => {
  if (!isWebhookSecret(value)) {
    throw new WrongValue('whsec_ and 24 to 256 bytes in base64, as from "openssl rand -base64 32"');
  }
  return value;
};

/** Reads a secret or restricted key. A publishable one, `pk_…`, would not be allowed to do anything needed here. */
export const stripeKey: Reader<string> = (value) => {
  if (!/^(sk|rk)_[A-Za-z0-9_]{1,250}$/.test(value)) {
    throw new WrongValue('a Stripe secret or restricted key, sk_… or rk_…');
  }
  return value;
};

/** Reads a Stripe signing secret, which, unlike those of Standard Webhooks, is not base64. */
export const stripeWebhookSecret: Reader<string> = (value) => {
  if (!/^whsec_[\x21-\x7e]{1,250}$/.test(value)) {
    throw new WrongValue('the signing secret of a Stripe webhook endpoint, whsec_…');
  }
  return value;
};

const SECRET_BYTES_MIN = 32;

/** What a secret is, as the end of a sentence. */
export const SECRET_TAKES = `${SECRET_BYTES_MIN} bytes or more, for example from "openssl rand -base64 48"`;

export function isSecret(text: string): boolean {
  return Buffer.byteLength(text) >= SECRET_BYTES_MIN;
}

/** Reads several secrets, for rotation: the first signs or encrypts, all verify or decrypt. */
export const secrets: Reader<readonly string[]> = list((value) => {
  if (!isSecret(value)) throw new WrongValue(SECRET_TAKES);
  return value;
});

/** Source: RFC 8032, section 5.1.5: a private key of Ed25519 is made from a seed of so many bytes. */
const SEED_BYTES = 32;

/** What a key of seals is, as the end of a sentence. */
export const SEAL_KEY_TAKES = `${SEED_BYTES} bytes in base64, as from "openssl rand -base64 32"`;

export function isSealKey(text: string): boolean {
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return isBase64 && Buffer.from(text, 'base64').length === SEED_BYTES;
}

/** Reads several keys of seals, for rotation: the first signs, all verify. */
export const sealKeys: Reader<readonly string[]> = list((value) => {
  if (!isSealKey(value)) throw new WrongValue(SEAL_KEY_TAKES);
  return value;
});
