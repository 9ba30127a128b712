import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { webhookKey } from '../../../shared/standard-webhooks.ts';

/** The secrets that the sandbox and its merchant share, all derived from SANDBOX_WEBHOOK_SECRET. */
export interface SandboxSecrets {
  /** Signs webhooks. */
  readonly webhookKey: KeyObject;
  /** The bearer token of the sandbox's API. */
  readonly apiKey: string;
  /** Marks events that the sandbox created. */
  readonly originKey: KeyObject;
}

/** Derives the secrets. Throws RangeError if `webhookSecret` is not of the form `whsec_…`. */
export function sandboxSecrets(webhookSecret: string): SandboxSecrets {
  const key = webhookKey(webhookSecret);
  const apiKey = createHmac('sha256', key).update('holdfast sandbox api').digest('base64url');
  return { webhookKey: key, apiKey, originKey: createSecretKey(apiKey, 'utf8') };
}

/**
 * Returns a mark of events that the sandbox created, so that the merchant need not check with the sandbox. Others who
 * sign events have the webhook secret, but do not set this mark.
 */
export function originMark({ originKey }: SandboxSecrets, eventId: string): string {
  return createHmac('sha256', originKey).update(eventId).digest('base64url');
}

/** Compares in constant time, except for the length, which is no secret. */
export function isSameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
