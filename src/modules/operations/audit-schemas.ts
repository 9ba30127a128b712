import { type Static, Type } from 'typebox';
import { type AuditType, auditTypes, subjectTypes } from '../../audit/index.ts';
import {
  Choice,
  CursorParameter,
  Id,
  Instant,
  LimitParameter,
  Nullable,
  pageOfSchema,
} from '../../http/index.ts';
import { ID_PATTERN } from '../../shared/ids.ts';
import { ActorName, ActorReply } from '../accounts/index.ts';

const types = Object.keys(auditTypes) as AuditType[];
const typeList = `(${types.join('|').replaceAll('.', '\\.')})`;
const idPattern = ID_PATTERN.slice(1, -1);

export const ListAuditQuery = Type.Object(
  {
    actor: Type.Optional(
      Type.String({
        pattern: `^(system|operator|${idPattern})$`,
        description: 'The id of a user or an API key, or `system` or `operator`.',
      }),
    ),
    subject: Type.Optional(
      Type.String({
        pattern: `^(${subjectTypes.join('|')}|${idPattern})$`,
        description: `The id of what changed, or a kind: ${subjectTypes.map((type) => `\`${type}\``).join(', ')}.`,
      }),
    ),
    type: Type.Optional(
      Type.String({
        pattern: `^${typeList}(,${typeList})*$`,
        maxLength: 2000,
        description: 'One or several types, separated by commas.',
      }),
    ),
    from: Type.Optional(Type.String({ format: 'date-time', description: 'Made at or after.' })),
    to: Type.Optional(Type.String({ format: 'date-time', description: 'Made before.' })),
    limit: LimitParameter,
    cursor: CursorParameter,
  },
  { additionalProperties: false },
);

export type ListAuditInput = Static<typeof ListAuditQuery>;

const Fields = Nullable(Type.Record(Type.String(), Type.Unknown()));

export const AuditReply = Type.Object(
  {
    id: Id,
    type: Type.String({ description: 'The kind of subject and a verb, such as `user.changed`.' }),
    subject: Type.Object({
      type: Choice(subjectTypes),
      id: Nullable(
        Type.String({ description: 'Null for the shop, and for a page of a list such as mails.' }),
      ),
    }),
    subjectName: Nullable(
      Type.String({ description: 'The current name of the subject; null if unknown.' }),
    ),
    subjectEmail: Nullable(
      Type.String({
        description:
          'The address of a user as the subject: names are chosen by their users, and several may have one.',
      }),
    ),
    actor: ActorReply,
    actorName: ActorName,
    actorEmail: Nullable(Type.String({ description: 'The address of a user as the actor.' })),
    before: Fields,
    after: Fields,
    reason: Nullable(Type.String()),
    cause: Type.Object({
      requestId: Nullable(Type.String()),
      traceId: Nullable(Type.String()),
      job: Type.Optional(
        Type.String({ description: 'The command or the task, for changes without a request.' }),
      ),
      address: Nullable(Type.String({ description: 'The network address of the client.' })),
      userAgent: Nullable(Type.String()),
    }),
    at: Instant,
  },
  {
    title: 'AuditRow',
    description:
      '`before` and `after` have the fields that changed; `before` is null for what was created, `after` for what was deleted. Secrets are never included.',
  },
);

export type AuditView = Static<typeof AuditReply>;

export const AuditPage = pageOfSchema(AuditReply);
