import { Type } from 'typebox';

/**
 * The parts of Stripe's objects that are read, and nothing more, because Stripe adds fields. Tests compare them with
 * the SDK's types. A reference to another object is its id, or the object itself if the webhook's endpoint expands it.
 */
const Id = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]*$' });
const Reference = Type.Union([Id, Type.Object({ id: Id }), Type.Null()]);
const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Currency = Type.String({ pattern: '^[a-zA-Z]{3}$' });
const Metadata = Type.Optional(
  Type.Union([
    Type.Object({ paymentId: Type.Optional(Id), refundId: Type.Optional(Id) }),
    Type.Null(),
  ]),
);
const Reason = Type.Optional(Type.Union([Type.String(), Type.Null()]));

export const AnyEvent = Type.Object({
  id: Id,
  type: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]*$' }),
  created: Type.Integer({ minimum: 0, maximum: 100_000_000_000 }),
  data: Type.Object({
    object: Type.Object({}),
    previous_attributes: Type.Optional(Type.Object({})),
  }),
});

export const Session = Type.Object({
  id: Id,
  metadata: Metadata,
  payment_intent: Reference,
  payment_status: Type.String(),
  amount_total: Type.Union([Amount, Type.Null()]),
  currency: Type.Union([Currency, Type.Null()]),
});

export const PaymentIntent = Type.Object({
  id: Id,
  metadata: Metadata,
  last_payment_error: Type.Optional(Type.Union([Type.Object({ message: Reason }), Type.Null()])),
});

export const Refund = Type.Object({
  id: Id,
  amount: Amount,
  created: Type.Integer({ minimum: 0 }),
  currency: Currency,
  charge: Reference,
  payment_intent: Reference,
  status: Type.Union([Type.String(), Type.Null()]),
  failure_reason: Reason,
  metadata: Metadata,
});

export const Charge = Type.Object({
  id: Id,
  payment_intent: Reference,
  amount_refunded: Amount,
  refunds: Type.Optional(Type.Union([Type.Object({ data: Type.Array(Refund) }), Type.Null()])),
});

/** Part of the previous attributes of an event about a charge. */
export const RefundedBefore = Type.Object({ amount_refunded: Amount });
