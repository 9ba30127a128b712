/** One try of one message, signed and ready to go. */
export interface OutgoingWebhook {
  /** http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export type WebhookAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Where the answer sends us, as an absolute URL; nobody goes there. */
      readonly location: string | null;
    }
  /** Nothing was sent: the target is a machine that must not be reached from here. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** No answer, so nobody knows whether it arrived. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** The port to the receivers of outgoing webhooks. */
export interface WebhookSender {
  /** Posts once, to this URL and no other: redirects are answers. Never rejects for what the other side does. */
  post(webhook: OutgoingWebhook): Promise<WebhookAnswer>;
}
