import { type TObject, Type } from 'typebox';
import { Id, Instant } from '../../http/index.ts';

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
    replies: Lists('Replies that are kept for requests that are sent again.'),
  },
  { title: 'PersonalData' },
);
