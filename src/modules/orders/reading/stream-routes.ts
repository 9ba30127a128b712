import { Type } from 'typebox';
import { eventTypes, type PublicEventType } from '../../../events/index.ts';
import { type App, Id, IdParameter, requireCaller, sendEventStream } from '../../../http/index.ts';
import { requestErrors } from '../../../shared/common-errors.ts';
import { ordersErrors } from '../errors.ts';
import type { OrderStreams } from './order-streams.ts';

const tags = ['Orders'];

const typeList = `(${eventTypes.map((type) => type.replace('.', '\\.')).join('|')})`;

const StreamQuery = Type.Object(
  {
    types: Type.Optional(
      Type.String({
        pattern: `^${typeList}(,${typeList})*$`,
        maxLength: 500,
        description: `Types, separated by commas: ${eventTypes.join(', ')}. Default: all.`,
      }),
    ),
  },
  { additionalProperties: false },
);

const StreamHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      pattern: '^(0|[1-9][0-9]{0,15})$',
      description:
        'The `id:` of the last event that was received. The stream continues after it; without it, the stream starts now.',
    }),
  ),
});

const EventStreamReply = {
  description: [
    'Server-Sent Events: `id:` is a position in the log, `event:` the type, `data:` JSON as in the schema.',
    'A comment is sent every 15 seconds.',
    'A caller may have 20 open streams per server, counting both operations; another one is refused with 429.',
    'The stream ends when the caller may no longer read it, after an hour with an order token, and when the server stops; browsers reconnect.',
  ].join(' '),
  content: {
    'text/event-stream': {
      schema: Type.Object(
        {
          id: Id,
          type: Type.String({ enum: [...eventTypes] }),
          orderId: Type.Unsafe<string | null>({ ...Id, type: ['string', 'null'] }),
          sequence: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
          from: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
          to: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
          at: Type.String({ format: 'date-time' }),
          data: Type.Record(Type.String(), Type.Unknown()),
        },
        { title: 'StreamedEvent' },
      ),
    },
  },
};

export function registerOrderStreamRoutes(app: App, streams: OrderStreams): void {
  app.get(
    '/api/orders/:id/stream',
    {
      schema: {
        operationId: 'streamOrder',
        tags,
        summary: 'Follow an order live',
        params: IdParameter,
        headers: StreamHeaders,
        response: { 200: EventStreamReply },
      },
      config: { errors: [ordersErrors.notFound, requestErrors.rateLimited] },
    },
    (request, reply) =>
      sendEventStream(request, reply, (write) =>
        streams.followOrder(
          requireCaller(request),
          request.params.id,
          readStreamStart(request),
          write,
        ),
      ),
  );

  app.get(
    '/api/stream',
    {
      schema: {
        operationId: 'streamEvents',
        tags,
        summary: 'Follow all events live',
        description:
          'For staff: the events of all orders, and those without an order, such as stock corrections.',
        querystring: StreamQuery,
        headers: StreamHeaders,
        response: { 200: EventStreamReply },
      },
      config: { errors: [requestErrors.rateLimited] },
    },
    (request, reply) => {
      const types = request.query.types?.split(',') as PublicEventType[] | undefined;
      return sendEventStream(request, reply, (write) =>
        streams.followAll(types ?? null, readStreamStart(request), write),
      );
    },
  );
}

function readStreamStart(request: {
  readonly headers: { readonly 'last-event-id'?: string | undefined };
}) {
  return { lastEventId: request.headers['last-event-id'] };
}
