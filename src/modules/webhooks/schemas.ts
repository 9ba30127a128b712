import { type Static, Type } from 'typebox';
import {
  Choice,
  CursorParameter,
  Id,
  Instant,
  LimitParameter,
  Nullable,
  pageOfSchema,
} from '../../http/index.ts';
import { deliveryStatuses } from './delivery.ts';
import { everyType, namedTypes, sealType } from './endpoint.ts';

const url = Type.String({
  minLength: 10,
  maxLength: 2_000,
  pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[\\x21-\\x7e]+$',
  description:
    'http or https, without user name, password or fragment. Private targets are refused unless the server allows them.',
});

const EventTypes = Type.Array(Choice([...namedTypes, everyType]), {
  minItems: 1,
  maxItems: namedTypes.length,
  uniqueItems: true,
  description: `Types of events, or "${everyType}" for all of them. "${sealType}" is no event, and has to be named.`,
});

const Secret = Type.Optional(
  Type.String({
    description:
      'whsec_… . Shown only now: a repeat under the same Idempotency-Key does not return it.',
  }),
);

const endpoint = {
  id: Id,
  url: Type.String(),
  eventTypes: Type.Array(Type.String()),
  active: Type.Boolean({ description: 'If false, nothing is sent to it.' }),
  createdAt: Instant,
};

export const EndpointReply = Type.Object(endpoint, { title: 'WebhookEndpoint' });
export type EndpointView = Static<typeof EndpointReply>;

export const CreatedEndpointReply = Type.Object({ ...endpoint, secret: Secret });
export type CreatedEndpoint = Static<typeof CreatedEndpointReply>;

export const EndpointPage = pageOfSchema(EndpointReply);

export const CreateEndpointBody = Type.Object(
  { url, eventTypes: EventTypes },
  {
    additionalProperties: false,
    examples: [
      {
        url: 'https://shop.example/hooks/holdfast',
        eventTypes: ['order.placed', 'order.confirmed', 'order.cancelled'],
      },
    ],
  },
);
export type NewEndpoint = Static<typeof CreateEndpointBody>;

export const UpdateEndpointBody = Type.Object(
  {
    url: Type.Optional(url),
    eventTypes: Type.Optional(EventTypes),
    active: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ eventTypes: ['*'] }] },
);
export type EndpointChange = Static<typeof UpdateEndpointBody>;

export const RotatedReply = Type.Object({
  secret: Secret,
  previousValidUntil: Type.String({
    format: 'date-time',
    description: 'Until then every message also carries a signature of the previous secret.',
  }),
});
export type RotatedSecret = Static<typeof RotatedReply>;

export const ListQuery = Type.Object(
  { limit: LimitParameter, cursor: CursorParameter },
  { additionalProperties: false },
);
export type ListInput = Static<typeof ListQuery>;

export const DeliveryReply = Type.Object(
  {
    id: Id,
    eventId: Type.String({ description: 'Sent as `webhook-id`, the same on every attempt.' }),
    eventType: Type.String(),
    orderId: Nullable(Id),
    status: Choice(deliveryStatuses),
    attempts: Type.Integer(),
    lastStatus: Nullable(Type.Integer({ description: 'The HTTP status of the last response.' })),
    lastError: Nullable(Type.String({ description: 'Why the last attempt failed.' })),
    nextAttemptAt: Nullable(
      Type.String({
        format: 'date-time',
        description: 'Also null while an earlier event of its order holds it back.',
      }),
    ),
    createdAt: Instant,
  },
  { title: 'WebhookDelivery' },
);
export type DeliveryView = Static<typeof DeliveryReply>;

export const DeliveryPage = pageOfSchema(DeliveryReply);

export const ListDeliveriesQuery = Type.Object(
  {
    status: Type.Optional(
      Choice(deliveryStatuses, { description: 'Only deliveries with this status.' }),
    ),
    limit: LimitParameter,
    cursor: CursorParameter,
  },
  { additionalProperties: false },
);
export type ListDeliveriesInput = Static<typeof ListDeliveriesQuery>;

export const DeliveryParameters = Type.Object({ id: Id, deliveryId: Id });

export const ReplayBody = Type.Object(
  { from: Instant, to: Instant },
  {
    additionalProperties: false,
    description: 'Includes `from`, excludes `to`. At most 31 days.',
    examples: [{ from: '2026-01-31T18:00:00.000Z', to: '2026-01-31T19:00:00.000Z' }],
  },
);
export type ReplayRange = Static<typeof ReplayBody>;

export const ReplayReply = Type.Object({ from: Instant, to: Instant });

export const NoReply = Type.Unsafe<undefined>({ type: 'null', description: 'Done.' });
