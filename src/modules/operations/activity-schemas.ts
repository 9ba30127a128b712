import { type Static, Type } from 'typebox';
import { Instant, MoneyValue, Nullable } from '../../http/index.ts';

const Hour = Type.Object({
  hour: Type.String({ format: 'date-time', description: 'When it began, UTC.' }),
  placed: Type.Integer({ description: 'Orders that were placed.' }),
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
    Type.Number({ description: 'Half of the requests were answered in this time, to a tenth.' }),
  ),
  latencyP99Ms: Nullable(Type.Number({ description: 'And 99 of 100 in this.' })),
  queueDepth: Nullable(
    Type.Integer({ description: 'Work of all queues that is asked for and not done.' }),
  ),
  relayLagSeconds: Nullable(
    Type.Number({ description: 'Age of the oldest event that was not carried on yet.' }),
  ),
});

export type SampleView = Static<typeof Sample>;

export const ActivityReply = Type.Object({
  hours: Type.Array(Hour, {
    description: 'The last 24, oldest first, the present one with them; of the whole shop.',
  }),
  samples: Type.Array(Sample, {
    description:
      'Of the server that answers, every 15 seconds for the last three hours since its start. Null where there was no request, or where the database did not tell.',
  }),
});

export type ActivityView = Static<typeof ActivityReply>;
