/** One attempt to send one message, signed and complete. */
export interface OutgoingWebhook {
  /** http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Fires when the caller no longer waits for the response. */
  readonly signal: AbortSignal;
}

export type WebhookAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The target of a redirect, as an absolute URL. It is not followed. */
      readonly location: string | null;
    }
  /** Nothing was sent: the target is a machine that must not be reached from here. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** No response arrived, so it is unknown whether the message did. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** The port to the receivers of outgoing webhooks. */
export interface WebhookSender {
  /** Posts once, to this URL only: a redirect is a response. Never rejects because of the receiver. */
  post(webhook: OutgoingWebhook): Promise<WebhookAnswer>;
}
