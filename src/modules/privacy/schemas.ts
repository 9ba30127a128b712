import { type TObject, Type } from 'typebox';
import {
  Choice,
  CursorParameter,
  Id,
  Instant,
  LimitParameter,
  Nullable,
  pageOfSchema,
  Reason,
} from '../../http/index.ts';

const List = Type.Array(Type.Record(Type.String(), Type.Unknown()));

function Lists(description: string): TObject {
  return Type.Object({}, { additionalProperties: List, description });
}

export const PersonalDataReply = Type.Object(
  {
    format: Type.Integer({ description: 'Raised when the meaning of a member changes.' }),
    userId: Id,
    createdAt: Instant,
    accounts: Lists(
      'The account and the guests of its address; factors, sessions, known devices, links and notices.',
    ),
    orders: Lists('Orders with their lines, their history and where they were to be delivered.'),
    carts: Lists('The cart.'),
    payments: Lists('Payments, refunds, and what the payment provider reported.'),
    notifications: Lists('Mails, with their texts where these are kept.'),
    webhooks: Lists('Which systems of the shop were told of the orders.'),
    inventory: Lists('Corrections of stock, of staff.'),
    events: Lists('What staff changed in orders of others.'),
    audit: Lists('What was changed in the account, and what its owner changed elsewhere.'),
    jobs: Lists('Work that waits, or has failed.'),
    privacy: Lists('When the person asked to be erased, and was.'),
    replies: Lists('Replies that are kept for requests that are sent again.'),
  },
  { title: 'PersonalData' },
);

export const ErasePersonBody = Type.Object(
  {
    reason: Type.Unsafe<string>({
      ...Reason,
      description: 'Stays in the audit, so it must not say who the person is.',
    }),
    keys: Type.Optional(
      Choice(['end', 'take'], {
        description:
          'What becomes of the API keys that the person holds. `take`: the caller holds them from now on.',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ reason: 'They asked for it by letter on 3 May; file 2026-117.' }],
  },
);

export const ErasedReply = Type.Object(
  { userId: Id, erasedAt: Instant },
  { title: 'ErasedPerson' },
);

const requestMembers = {
  requestedAt: Instant,
  dueAt: { ...Instant, description: 'A month after the request, in the time zone of the shop.' },
};

export const EraseRequestReply = Type.Object(requestMembers, { title: 'EraseRequest' });

export const EraseRequestPage = pageOfSchema(
  Type.Object({
    user: Type.Object({
      id: Id,
      name: Type.String(),
      email: Nullable(Type.String()),
    }),
    ...requestMembers,
  }),
);

export const ListEraseRequestsQuery = Type.Object(
  { limit: LimitParameter, cursor: CursorParameter },
  { additionalProperties: false },
);
