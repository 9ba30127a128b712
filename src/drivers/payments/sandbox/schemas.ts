import { type Static, Type } from 'typebox';

/** The schemas of the sandbox's API, for both of its ends. */

const closed = { additionalProperties: false };

export const Reference = Type.String({ pattern: '^[A-Za-z0-9._:-]{1,200}$' });
const Currency = Type.String({ pattern: '^[A-Z]{3}$' });
const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const ReferenceParameter = Type.Object({ reference: Reference });

export const SessionRequest = Type.Object(
  {
    paymentId: Reference,
    orderNumber: Type.String({ minLength: 1, maxLength: 100 }),
    amount: Amount,
    currency: Currency,
    /** Only http and https: a `javascript:` URL would run on the payment page. */
    returnUrl: Type.String({ pattern: '^https?://', maxLength: 2_000 }),
    expiresAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  },
  closed,
);
export type SessionRequest = Static<typeof SessionRequest>;

export const SessionReply = Type.Object({
  reference: Type.String(),
  checkoutUrl: Type.String(),
});
export type SessionReply = Static<typeof SessionReply>;

export const SessionStateReply = Type.Object({
  state: Type.Enum(['OPEN', 'PAID', 'FAILED', 'EXPIRED']),
  charges: Type.Array(
    Type.Object({ reference: Type.String(), amount: Type.Integer(), currency: Type.String() }),
  ),
});
export type SessionStateReply = Static<typeof SessionStateReply>;

export const RefundRequest = Type.Object(
  {
    refundId: Reference,
    paymentId: Type.Union([Reference, Type.Null()]),
    providerReference: Type.String({ minLength: 1, maxLength: 200 }),
    amount: Amount,
    currency: Currency,
  },
  closed,
);
export type RefundRequest = Static<typeof RefundRequest>;

export const RefundReply = Type.Object({
  id: Type.String(),
  state: Type.Enum(['PENDING', 'SUCCEEDED', 'FAILED']),
  failure: Type.Union([Type.String(), Type.Null()]),
});
export type RefundReply = Static<typeof RefundReply>;

export const refundModes = ['succeed', 'fail', 'succeed_later', 'fail_later'] as const;
export type RefundMode = (typeof refundModes)[number];

const COPIES_MAX = 100;
const CHARGES_MAX = 20;
const DELAY_MS_MAX = 24 * 60 * 60 * 1_000;

/** What the buttons of the page do, and the failures that can be simulated. */
export const ActionRequest = Type.Object(
  {
    action: Type.Enum(['pay', 'decline', 'expire']),
    /** How often the webhook is sent. Default 1. */
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: COPIES_MAX })),
    /** How long the webhook waits. Default 0. */
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: DELAY_MS_MAX })),
    /** The charged amount in the minor unit, if it differs from the requested one. */
    amount: Type.Optional(Amount),
    currency: Type.Optional(Currency),
    /** How often the customer is charged. Default 1. */
    charges: Type.Optional(Type.Integer({ minimum: 1, maximum: CHARGES_MAX })),
    /** A failed attempt precedes the charge and is reported after it. */
    outOfOrder: Type.Optional(Type.Boolean()),
    /** All webhooks, delayed ones too, are sent before the response to this call, which waits for them. */
    beforeAnswer: Type.Optional(Type.Boolean()),
    /** How later refunds of this payment end. */
    refunds: Type.Optional(Type.Enum([...refundModes])),
    /** Refuses a session that has ended, like a page that was left open too long. */
    onlyIfOpen: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type ActionRequest = Static<typeof ActionRequest>;

export const ActionReply = Type.Object({ reference: Type.String() });
export type ActionReply = Static<typeof ActionReply>;

/** The body of a webhook. Other senders may add fields. */
const eventHead = {
  id: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]*$' }),
  type: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000]*$' }),
  createdAt: Type.Optional(Type.String({ maxLength: 64 })),
};
const eventReference = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]*$' });

/** Any event, regardless of type. */
export const AnyEvent = Type.Object(eventHead);

export const CaptureEvent = Type.Object({
  ...eventHead,
  data: Type.Object({
    paymentId: eventReference,
    providerReference: eventReference,
    amount: Amount,
    currency: Currency,
  }),
});

/** A payment that failed or whose page was closed. No money moved, so amounts are optional. */
export const AttemptEvent = Type.Object({
  ...eventHead,
  data: Type.Object({
    paymentId: eventReference,
    providerReference: Type.Optional(eventReference),
    amount: Type.Optional(Amount),
    currency: Type.Optional(Currency),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
  }),
});

export const RefundEvent = Type.Object({
  ...eventHead,
  data: Type.Object({
    refundId: eventReference,
    /** Missing for money whose payment is unknown. */
    paymentId: Type.Optional(eventReference),
    providerReference: eventReference,
    amount: Amount,
    currency: Currency,
    /** The sandbox's id of the refund. */
    providerRefundId: Type.Optional(eventReference),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
  }),
});
