import { type Static, Type } from 'typebox';
import { Instant, MoneyValue, Nullable } from '../../http/index.ts';

const Hour = Type.Object({
  hour: Type.String({ format: 'date-time', description: 'The start of the hour, UTC.' }),
  placed: Type.Integer({ description: 'Orders placed.' }),
  cancelled: Type.Integer(),
  completed: Type.Integer(),
  total: MoneyValue,
  captured: MoneyValue,
  refunded: MoneyValue,
});

const Sample = Type.Object({
  at: Instant,
  requestsPerSecond: Type.Number(),
  latencyP50Ms: Nullable(
    Type.Number({ description: 'Median response time, accurate to a tenth.' }),
  ),
  latencyP99Ms: Nullable(Type.Number({ description: '99th percentile of the response time.' })),
  queueDepth: Nullable(Type.Integer({ description: 'Unfinished jobs of all queues.' })),
  relayLagSeconds: Nullable(
    Type.Number({ description: 'Age of the oldest event that has not been relayed.' }),
  ),
});

export type SampleView = Static<typeof Sample>;

export const ActivityReply = Type.Object({
  hours: Type.Array(Hour, {
    description: 'The last 24 hours of the whole shop, oldest first, including the current one.',
  }),
  samples: Type.Array(Sample, {
    description:
      'Samples of the responding server, every 15 seconds, for at most three hours back to its start. Null if there was no request, or the database did not respond.',
  }),
});

export type ActivityView = Static<typeof ActivityReply>;
