import { Webhook, WebhookVerificationError } from 'standardwebhooks';

export { WebhookVerificationError };

/** What a webhook of Holdfast carries. Source: CloudEvents 1.0, JSON format. */
export interface HoldfastEvent {
  readonly specversion: '1.0';
  /** The same on every delivery of the event: by it a receiver tells a repeat. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The order's id; absent for facts that belong to no order. */
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** 1…n within an order. */
  readonly sequence?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * The event of a webhook that this endpoint's secret (`whsec_…`) signed. `body` is the raw text, before any parsing;
 * `headers` are a request's as fetch or as Node has them. Throws `WebhookVerificationError` when the signature is wrong
 * or older or newer than five minutes. Source: Standard Webhooks.
 *
 * While a secret rotates, messages bear a signature of the old one and one of the new: either verifies them.
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
