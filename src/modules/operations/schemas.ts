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

export const InvariantsReply = Type.Object({
  ok: Type.Boolean(),
  checkedAt: Instant,
  invariants: Type.Array(
    Type.Object({
      name: Type.String({
        description: 'The database view that is empty while the invariant holds.',
      }),
      description: Type.String(),
      ok: Type.Boolean(),
      checked: Type.Integer({ description: 'Number of rows checked.' }),
      violationCount: Type.Integer(),
      violations: Type.Array(Type.Object({ id: Type.String(), detail: Type.String() }), {
        description: 'The first hundred violations.',
      }),
    }),
  ),
});

export type InvariantsReport = Static<typeof InvariantsReply>;

export const ListMailQuery = Type.Object(
  { limit: LimitParameter, cursor: CursorParameter },
  { additionalProperties: false },
);

export type ListMailInput = Static<typeof ListMailQuery>;

export const MailReply = Type.Object({
  id: Type.String(),
  messageId: Type.String(),
  to: Type.String(),
  subject: Type.String(),
  text: Nullable(
    Type.String({
      description:
        'Null for API keys, and null for mails about accounts unless mail is captured outside production. The link of a guest’s mail is shown without its token.',
    }),
  ),
  html: Nullable(Type.String({ description: 'Null if the text is.' })),
  kind: Type.String({
    description:
      'What it is about: `order.…`, `payment.refunded`, `password.reset`, `email.…` or `account.…`.',
  }),
  orderId: Nullable(Id),
  sentAt: Instant,
});

export type MailView = Static<typeof MailReply>;

export const MailPage = pageOfSchema(MailReply);

export const QueuesReply = Type.Object({
  data: Type.Array(
    Type.Object({
      name: Type.String(),
      waiting: Type.Integer({ description: 'Due and not yet started.' }),
      active: Type.Integer(),
      delayed: Type.Integer({ description: 'Due later, mostly waiting for the next attempt.' }),
      failed: Type.Integer({ description: 'Dead letters.' }),
    }),
  ),
});

export type QueuesView = Static<typeof QueuesReply>;

export const ListDeadLettersQuery = Type.Object(
  { limit: LimitParameter, cursor: CursorParameter },
  { additionalProperties: false },
);

export type ListDeadLettersInput = Static<typeof ListDeadLettersQuery>;

export const DeadLetterReply = Type.Object({
  id: Id,
  queue: Type.String(),
  job: Type.String({ description: 'The kind of work, such as notifications.send-mail.' }),
  eventId: Nullable(Type.String({ description: 'The event that caused it.' })),
  error: Nullable(Type.String({ description: 'The error of the last attempt.' })),
  attempts: Type.Integer(),
  failedAt: Instant,
});

export type DeadLetterView = Static<typeof DeadLetterReply>;

export const RedriveReply = Type.Object({
  id: Id,
  queue: Type.String(),
  job: Type.String(),
});

export type RedriveView = Static<typeof RedriveReply>;

export const DeadLetterPage = pageOfSchema(DeadLetterReply);

const HealthStatus = Choice(['ok', 'degraded', 'unavailable']);

const HostName = Nullable(
  Type.String({ description: 'For callers on the same machine or with METRICS_TOKEN.' }),
);
const LagBytes = Nullable(Type.Integer({ description: 'What it has not applied yet.' }));
const LagSeconds = Nullable(Type.Number());

const DatabaseHostsReply = Type.Object(
  {
    primary: Nullable(
      Type.Object(
        { host: HostName, timeline: Type.Integer() },
        { description: 'What is written to.' },
      ),
    ),
    hosts: Type.Array(
      Type.Object({
        host: HostName,
        state: Choice(['primary', 'read_only', 'standby', 'unreachable']),
        timeline: Nullable(Type.Integer()),
        lagBytes: LagBytes,
        lagSeconds: LagSeconds,
      }),
    ),
    waitsForStandby: Type.Boolean({
      description: 'Whether an order is acknowledged only when a standby has it.',
    }),
    standbys: Nullable(
      Type.Array(
        Type.Object({
          name: Nullable(Type.String()),
          state: Nullable(Type.String()),
          syncState: Nullable(Type.String()),
          lagBytes: LagBytes,
          lagSeconds: LagSeconds,
        }),
        { description: 'As the primary sees them; null if the user of the database may not.' },
      ),
    ),
  },
  { description: 'Only if DATABASE_URL names several hosts.' },
);

export type DatabaseHostsView = Static<typeof DatabaseHostsReply>;

export const HealthReply = Type.Object({
  status: HealthStatus,
  checks: Type.Record(Type.String(), Type.Object({ status: HealthStatus })),
  database: Type.Optional(DatabaseHostsReply),
});

export type HealthView = Static<typeof HealthReply>;
