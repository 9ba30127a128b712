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
  Search,
  Text,
} from '../../http/index.ts';
import type { Frozen } from '../../shared/frozen.ts';
import { LINES_MAX, QUANTITY_MAX } from '../../shared/money.ts';
import { ActorName, ActorReply, EMAIL_LENGTH_MAX } from '../accounts/index.ts';
import { BillReply, LineReply } from '../pricing/index.ts';
import { FulfilmentInput, PhoneInput } from './fulfilment/fulfilment-input.ts';
import { FulfilmentReply } from './fulfilment/present-fulfilment.ts';
import { cancelReasons, orderStatuses, paymentStatuses } from './order.ts';

/** The chosen modifiers of one line. */
const MODIFIERS_MAX = 50;
/** The units of one modifier. */
const MODIFIER_QUANTITY_MAX = 50;
export const DISCOUNT_CODES_MAX = 5;

const Status = Choice(orderStatuses);
const PaymentStatus = Choice(paymentStatuses);
const Sku = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'Up to 64 letters, digits, dots, underscores and hyphens, a letter or digit first.',
});
const ClientToken = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^[\\x20-\\x7e]+$',
  description:
    'Printable ASCII, unique per customer. Works like Idempotency-Key, for clients that cannot set headers.',
});

/** What was chosen for a line besides its product. */
export const lineChoices = {
  modifiers: Type.Optional(
    Type.Array(
      Type.Object(
        {
          code: Sku,
          quantity: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: MODIFIER_QUANTITY_MAX,
              description: 'Units for one unit of the line. Default: 1.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      { maxItems: MODIFIERS_MAX, description: 'Each code at most once.' },
    ),
  ),
  note: Type.Optional(Text('line', 200)),
};

/** What an order states besides its lines, and a cart may state for it. */
export const termFields = {
  discountCodes: Type.Array(
    Type.String({
      pattern: '^\\s*[A-Za-z0-9][A-Za-z0-9._-]{0,39}\\s*$',
      maxLength: 60,
      description:
        'Up to 40 letters, digits, dots, underscores and hyphens, a letter or digit first. Compared without case.',
    }),
    { maxItems: DISCOUNT_CODES_MAX },
  ),
  tip: MoneyValue,
  note: Text('lines', 500),
  fulfilment: FulfilmentInput,
};

/** What determines the bill of an order besides its lines. */
export const billFields = {
  discountCodes: Type.Optional(termFields.discountCodes),
  tip: Type.Optional(termFields.tip),
  fulfilment: Type.Optional(termFields.fulfilment),
};

/** The fields of an order besides its lines, which a quote accepts too. */
const orderFields = {
  ...billFields,
  expectedTotal: Type.Optional(MoneyValue),
  note: Type.Optional(termFields.note),
  shippingAddress: Type.Optional(Text('lines', 1000)),
};

/** The fields of a placement besides its lines. The checkout of a cart accepts only these. */
export const placementFields = {
  ...orderFields,
  clientToken: Type.Optional(ClientToken),
  client_token: Type.Optional(ClientToken),
};

export const GuestInput = Type.Object(
  {
    email: Type.Optional(
      Type.String({
        minLength: 3,
        maxLength: EMAIL_LENGTH_MAX,
        description: 'Required, except for staff who state a name or a phone number.',
        example: 'ada@example.com',
      }),
    ),
    name: Type.Optional(Text('name', 200)),
    phone: Type.Optional(PhoneInput),
  },
  {
    additionalProperties: false,
    description:
      'The customer of an order without an account: stated by those who are not signed in, with `GUEST_CHECKOUT`, and by staff instead of `customerId`.',
  },
);

export type GuestInput = Static<typeof GuestInput>;

const requestedItems = {
  items: Type.Array(
    Type.Object(
      {
        sku: Type.Optional(Sku),
        productId: Type.Optional(Id),
        quantity: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }),
        ...lineChoices,
        unitPrice: Type.Optional(MoneyValue),
      },
      { additionalProperties: false },
    ),
    { minItems: 1, maxItems: LINES_MAX },
  ),
  customerId: Type.Optional(Id),
  guest: Type.Optional(GuestInput),
};

/** For admins and API keys: places an order that the shop would not take now. */
const overrideFields = {
  override: Type.Optional(
    Type.Boolean({
      description:
        'Takes the order although the shop is closed or paused, or for a time that customers cannot choose. Never passes a full slot or an area. For admins and API keys; needs a `reason`.',
    }),
  ),
  reason: Type.Optional(Reason),
};

export const PlaceOrderBody = Type.Object(
  { ...requestedItems, ...placementFields, ...overrideFields },
  {
    additionalProperties: false,
    examples: [
      {
        items: [
          { sku: 'PILAU-RICE', quantity: 2, unitPrice: { amount: 295, currency: 'GBP' } },
          { sku: 'LEMON-TART', quantity: 1 },
        ],
        note: 'no coriander',
        shippingAddress: '1 Example Street, London',
      },
    ],
  },
);

export type PlaceOrderInput = Static<typeof PlaceOrderBody>;

/** The body of an order without its token, which a quote does not need. */
export const QuoteBody = Type.Object(
  { ...requestedItems, ...orderFields },
  {
    additionalProperties: false,
    examples: [
      {
        items: [
          { sku: 'PILAU-RICE', quantity: 2 },
          { sku: 'LEMON-TART', quantity: 1 },
        ],
      },
    ],
  },
);

export type QuoteInput = Static<typeof QuoteBody>;

const Amount = Type.Object({ amount: Type.Integer(), currency: Type.String() });

const OrderCustomerReply = Type.Object(
  {
    id: Id,
    email: Nullable(
      Type.String({ description: 'Null for a guest whom staff entered without an address.' }),
    ),
    name: Type.String(),
    phone: Nullable(Type.String({ description: 'E.164.' })),
    guest: Type.Boolean({ description: 'Whether the order was placed without an account.' }),
  },
  { description: 'For staff.' },
);

export const OrderReply = Type.Object(
  {
    id: Id,
    number: Type.String({ description: 'Short, for reading out.' }),
    status: Status,
    paymentStatus: PaymentStatus,
    version: Type.Integer({ minimum: 1 }),
    customerId: Id,
    customer: Type.Optional(OrderCustomerReply),
    vip: Type.Boolean({ description: 'Whether the customer was a VIP when the order was placed.' }),
    items: Type.Array(LineReply),
    total: Amount,
    bill: BillReply,
    note: Nullable(Type.String()),
    fulfilment: FulfilmentReply,
    shippingAddress: Nullable(Type.String()),
    expiresAt: Nullable(Instant),
    createdAt: Instant,
    updatedAt: Instant,
    cancelReason: Nullable(Choice(cancelReasons)),
    failure: Nullable(Type.Object({ code: Type.String(), detail: Type.String() })),
    allowedTransitions: Type.Array(Status, {
      description: 'The statuses that this caller may set now.',
    }),
  },
  { title: 'Order' },
);

/** The reply of a placement. */
export const PlacedOrderReply = Type.Object(
  {
    ...OrderReply.properties,
    orderToken: Type.Optional(
      Type.String({
        description:
          'For the order of a guest: a bearer token that reads, pays, cancels and changes this order, until 30 days after it has ended.',
      }),
    ),
  },
  { title: 'PlacedOrder' },
);

export type OrderView = Frozen<Static<typeof OrderReply>>;

export const QuoteRefusals = Type.Array(
  Type.Object(
    {
      code: Type.String({ description: 'Stable: programs should check this.' }),
      title: Type.String(),
      detail: Type.String(),
      errors: Type.Optional(
        Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() })),
      ),
    },
    { additionalProperties: true },
  ),
  { description: 'Why the order would be refused now. Empty if it would be placed.' },
);

export const QuoteReply = Type.Object(
  {
    items: Type.Array(LineReply, { description: 'Without the lines that cannot be priced.' }),
    bill: BillReply,
    refusals: QuoteRefusals,
  },
  { title: 'Quote' },
);

export type QuoteView = Static<typeof QuoteReply>;

export const OrderPage = pageOfSchema(OrderReply);

const statusList = `(${orderStatuses.join('|')})`;
const paymentStatusList = `(${paymentStatuses.join('|')})`;

export const ListOrdersQuery = Type.Object(
  {
    status: Type.Optional(
      Type.String({
        pattern: `^${statusList}(,${statusList})*$`,
        maxLength: 200,
        description: 'One or several statuses, separated by commas.',
      }),
    ),
    paymentStatus: Type.Optional(
      Type.String({
        pattern: `^${paymentStatusList}(,${paymentStatusList})*$`,
        maxLength: 200,
        description: 'One or several payment statuses, separated by commas.',
      }),
    ),
    sku: Type.Optional(Sku),
    search: Type.Optional(
      Search(
        'Matches number, SKU, product name and, for staff, the customer’s e-mail. The last three ignore case and accents.',
        { minLength: 1 },
      ),
    ),
    from: Type.Optional(Type.String({ format: 'date-time', description: 'Created at or after.' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'Created before.' })),
    customerId: Type.Optional(Id),
    limit: LimitParameter,
    cursor: CursorParameter,
  },
  { additionalProperties: false },
);

export type ListOrdersInput = Static<typeof ListOrdersQuery>;

export const ChangeStatusBody = Type.Object(
  {
    status: Status,
    reason: Type.Optional(Reason),
    version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    override: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, examples: [{ status: 'PREPARING' }] },
);

export type ChangeStatusInput = Static<typeof ChangeStatusBody>;

export const CancelBody = Type.Object(
  { reason: Type.Optional(Reason) },
  { additionalProperties: false, examples: [{ reason: 'Ordered by mistake' }] },
);

export const HistoryReply = Type.Object({
  data: Type.Array(
    Type.Object({
      sequence: Type.Integer(),
      type: Type.String(),
      from: Nullable(Type.String()),
      to: Nullable(Type.String()),
      actor: ActorReply,
      actorName: ActorName,
      reason: Nullable(Type.String()),
      cause: Type.Object({
        requestId: Nullable(Type.String()),
        traceId: Nullable(Type.String()),
        idempotencyKey: Type.Optional(Type.String({ description: 'If it is a UUID.' })),
        job: Type.Optional(Type.String()),
      }),
      at: Instant,
      data: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
});

export type HistoryView = Static<typeof HistoryReply>;
