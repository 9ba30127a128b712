import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { webhookKey } from '../../../shared/standard-webhooks.ts';

/** What the sandbox and its merchant share. All of it follows from SANDBOX_WEBHOOK_SECRET. */
export interface SandboxSecrets {
  /** Signs webhooks. */
  readonly webhookKey: KeyObject;
  /** The bearer token of the sandbox's API. */
  readonly apiKey: string;
}

/** Throws RangeError when `webhookSecret` is not of the form `whsec_…`. */
export function sandboxSecrets(webhookSecret: string): SandboxSecrets {
  const key = webhookKey(webhookSecret);
  const apiKey = createHmac('sha256', key).update('holdfast sandbox api').digest('base64url');
  return { webhookKey: key, apiKey };
}

/**
 * Marks an event as made by the sandbox itself, so that the merchant need not ask the sandbox whether it knows it:
 * somebody who signs events of his own has the webhook secret, but does not set this.
 */
export function originMark({ apiKey }: SandboxSecrets, eventId: string): string {
  return createHmac('sha256', apiKey).update(eventId).digest('base64url');
}

/** Takes the same time whatever was sent, but for its length, which is no secret. */
export function isSameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
