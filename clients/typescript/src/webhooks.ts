import { Webhook, WebhookVerificationError } from 'standardwebhooks';

export { WebhookVerificationError };

/** The body of a Holdfast webhook. Source: CloudEvents 1.0, JSON format. */
export interface HoldfastEvent {
  readonly specversion: '1.0';
  /** The same on every delivery of the event, so that a receiver recognizes a repeated one. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The order's id; absent if the event belongs to no order. */
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** The number of the event within its order, from 1. */
  readonly sequence?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Verifies a webhook signed with this endpoint's secret (`whsec_…`), and returns its event. `body` is the raw text,
 * before any parsing; `headers` are those of a request in fetch or in Node. Throws `WebhookVerificationError` if the
 * signature is wrong, or more than five minutes old or in the future. Source: Standard Webhooks.
 *
 * While a secret is being rotated, messages carry signatures of the old and the new secret, and either verifies them.
 */
export function verifyWebhook(
  secret: string,
  headers: Headers | Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): HoldfastEvent {
  const given = headers instanceof Headers ? Object.fromEntries(headers) : headers;
  const texts = Object.entries(given).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return new Webhook(secret).verify(body, Object.fromEntries(texts)) as HoldfastEvent;
}
