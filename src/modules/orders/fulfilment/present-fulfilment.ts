import { type Static, Type } from 'typebox';
import { Choice, Instant, Nullable } from '../../../http/index.ts';
import { fulfilmentTypes } from '../../pricing/index.ts';
import { defaultFulfilment, type Fulfilment } from './fulfilment.ts';

const fulfilmentFields = {
  type: Choice(fulfilmentTypes),
  requestedFor: Type.Unsafe<string | null>({
    ...Nullable(Instant),
    description: 'Null: as soon as possible.',
  }),
};

const details = {
  contact: Nullable(
    Type.Object({
      name: Nullable(Type.String()),
      phone: Nullable(Type.String({ description: 'E.164.' })),
    }),
  ),
  address: Nullable(
    Type.Object({
      line1: Type.String(),
      line2: Nullable(Type.String()),
      city: Type.String(),
      region: Nullable(Type.String()),
      postalCode: Nullable(Type.String()),
      country: Type.String(),
    }),
  ),
  instructions: Nullable(Type.String()),
  table: Nullable(Type.String()),
};

/** What a cart states. */
export const StatedFulfilmentReply = Type.Object({ ...fulfilmentFields, ...details });

export const FulfilmentReply = Type.Object({
  ...fulfilmentFields,
  promisedFor: Type.Unsafe<string | null>({
    ...Nullable(Instant),
    description:
      'When it will be ready: the requested time or, for as soon as possible, the beginning of a slot or the lead time after the request. Null: it is shipped.',
  }),
  ...details,
});

/** What tells of an order when it is promised. */
interface Promised {
  /** Null: the default. */
  readonly fulfilment: Fulfilment | null;
  /** Null: `createdAt`. SHIPMENT has no time. */
  readonly promisedFor: Date | null;
  readonly createdAt: Date;
}

/** Returns when an order is promised. Null: it is shipped, and has no time. */
export function findPromisedFor({ fulfilment, promisedFor, createdAt }: Promised): Date | null {
  if (fulfilment?.type === 'SHIPMENT') return null;
  return promisedFor ?? createdAt;
}

/** Returns for whom, where and when an order is. `createdAt` is the text of the time, which is written only once. */
export function presentFulfilment(
  { fulfilment, promisedFor }: Omit<Promised, 'createdAt'>,
  createdAt: string,
): Static<typeof FulfilmentReply> {
  const stated = presentStated(fulfilment ?? defaultFulfilment);
  const time = promisedFor?.toISOString() ?? createdAt;
  // Member by member, because spreading takes longer, and every order is shown.
  return {
    type: stated.type,
    requestedFor: stated.requestedFor,
    promisedFor: stated.type === 'SHIPMENT' ? null : time,
    contact: stated.contact,
    address: stated.address,
    instructions: stated.instructions,
    table: stated.table,
  };
}

/** Returns what a fulfilment states. */
export function presentStated(fulfilment: Fulfilment): Static<typeof StatedFulfilmentReply> {
  const { type, requestedFor, contact, address, instructions, table } = fulfilment;
  return {
    type,
    requestedFor: requestedFor ?? null,
    contact: contact ?? null,
    address: address ?? null,
    instructions: instructions ?? null,
    table: table ?? null,
  };
}
