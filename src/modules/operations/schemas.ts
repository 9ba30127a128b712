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
      name: Type.String({ description: 'The view in the database that is empty when it holds.' }),
      description: Type.String(),
      ok: Type.Boolean(),
      checked: Type.Integer({ description: 'How many rows it was asked of.' }),
      violationCount: Type.Integer(),
      violations: Type.Array(Type.Object({ id: Type.String(), detail: Type.String() }), {
        description: 'The first hundred of what breaks it.',
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
        'Null for API keys, and null for password resets unless mail is captured outside production.',
    }),
  ),
  html: Nullable(Type.String({ description: 'Null where the text is.' })),
  kind: Type.String(),
  orderId: Nullable(Id),
  sentAt: Instant,
});

export type MailView = Static<typeof MailReply>;

export const MailPage = pageOfSchema(MailReply);

export const QueuesReply = Type.Object({
  data: Type.Array(
    Type.Object({
      name: Type.String(),
      waiting: Type.Integer({ description: 'Due, and not taken yet.' }),
      active: Type.Integer(),
      delayed: Type.Integer({ description: 'Due later: waiting for the next try, mostly.' }),
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
  eventId: Nullable(Type.String({ description: 'The event that asked for it.' })),
  error: Nullable(Type.String({ description: 'Of the last try.' })),
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

export const HealthReply = Type.Object({
  status: HealthStatus,
  checks: Type.Record(Type.String(), Type.Object({ status: HealthStatus })),
});

export type HealthView = Static<typeof HealthReply>;
