import { type Static, Type } from 'typebox';
import {
  Choice,
  CursorParameter,
  Id,
  Instant,
  LimitParameter,
  MoneyValue,
  Nullable,
  pageOfSchema,
  Reason,
} from '../../http/index.ts';
import { chargeKinds, paymentStates } from './payment.ts';

/** Longer than the names of any provider, and short enough for an index. */
export const PROVIDER_NAME_LENGTH_MAX = 255;

const Amount = Type.Object({ amount: Type.Integer(), currency: Type.String() });

export const ChargeReply = Type.Object(
  {
    providerReference: Type.String({ description: "The provider's reference of the charge." }),
    kind: Choice(chargeKinds),
    amount: Amount,
    refunded: Amount,
    reason: Nullable(Type.String({ description: 'Why it was flagged.' })),
    createdAt: Instant,
  },
  { title: 'Charge' },
);

export type ChargeView = Static<typeof ChargeReply>;

/** A payment that was just started: no money has been received. */
const InitiatedPaymentReply = Type.Object(
  {
    id: Id,
    orderId: Nullable(Id),
    provider: Type.String(),
    providerReference: Nullable(
      Type.String({ description: "The provider's reference of the charge, once there is one." }),
    ),
    status: Choice(paymentStates),
    amount: Amount,
    captured: Amount,
    refunded: Amount,
    checkoutUrl: Nullable(Type.String({ description: 'The page to pay on.' })),
    createdAt: Instant,
    updatedAt: Instant,
  },
  { title: 'InitiatedPayment' },
);

export type InitiatedPaymentView = Static<typeof InitiatedPaymentReply>;

export const PaymentReply = Type.Object(
  {
    ...InitiatedPaymentReply.properties,
    charges: Type.Array(ChargeReply, {
      description: 'All money received for it; each charge is listed until it has gone back.',
    }),
  },
  { title: 'Payment' },
);

export type PaymentView = Static<typeof PaymentReply>;

/** A payment in a list, with the order number that people use. */
export const ListedPaymentReply = Type.Object(
  { ...PaymentReply.properties, orderNumber: Nullable(Type.String()) },
  { title: 'ListedPayment' },
);

export type ListedPaymentView = Static<typeof ListedPaymentReply>;

export const PaymentPage = pageOfSchema(ListedPaymentReply);

export const InitiateBody = Type.Object(
  { orderId: Id },
  { additionalProperties: false, examples: [{ orderId: '0198b5c4-7d3e-7abc-8def-0123456789ab' }] },
);

export const InitiatedReply = Type.Object({
  payment: InitiatedPaymentReply,
  checkoutUrl: Type.String({ description: 'Send the customer to this page.' }),
});

export type InitiatedView = Static<typeof InitiatedReply>;

const statusList = `(${paymentStates.join('|')})`;

export const ListPaymentsQuery = Type.Object(
  {
    status: Type.Optional(
      Type.String({
        pattern: `^${statusList}(,${statusList})*$`,
        maxLength: 200,
        description: 'One or several statuses, separated by commas.',
      }),
    ),
    orderId: Type.Optional(Id),
    limit: LimitParameter,
    cursor: CursorParameter,
  },
  { additionalProperties: false },
);

export type ListPaymentsInput = Static<typeof ListPaymentsQuery>;

export const ListOrderPaymentsQuery = Type.Object(
  { limit: LimitParameter, cursor: CursorParameter },
  { additionalProperties: false },
);

export type ListOrderPaymentsInput = Static<typeof ListOrderPaymentsQuery>;

export const RefundBody = Type.Object(
  {
    amount: Type.Optional(MoneyValue),
    providerReference: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: PROVIDER_NAME_LENGTH_MAX,
        description: 'The charge to refund; required if several have money left.',
      }),
    ),
    reason: Reason,
  },
  {
    additionalProperties: false,
    examples: [{ amount: { amount: 295, currency: 'GBP' }, reason: 'One was cold' }],
  },
);

export type RefundInput = Static<typeof RefundBody>;

export const RefundReply = Type.Object({
  refund: Type.Object(
    {
      id: Id,
      paymentId: Id,
      amount: Amount,
      status: Choice(['PENDING', 'SUCCEEDED', 'FAILED']),
      reason: Type.String(),
      createdAt: Instant,
    },
    { title: 'Refund' },
  ),
});

export type RefundView = Static<typeof RefundReply>;

export const WebhookReply = Type.Object({ received: Type.Boolean() });
