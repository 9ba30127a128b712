import { type StoredPersonal, type SubjectType, storedPersonalColumns } from '../../audit/index.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../../shared/caller.ts';

export interface AuditRow extends StoredPersonal {
  position: number;
  type: string;
  subjectType: SubjectType;
  subjectId: string | null;
  subjectName: string | null;
  subjectEmail: string | null;
  actorType: Actor['type'];
  actorId: string | null;
  actorRole: string | null;
  actorName: string | null;
  actorEmail: string | null;
  requestId: string | null;
  traceId: string | null;
  job: string | null;
  at: Date;
}

/** The rows of a page: at or after `from`, and before `to` or, at the same time, before the position. */
export type AuditRange = [from: string, to: string, position: number, limit: number];

const actorKey = 'coalesce(audit.actor_id::text, audit.actor_type)';

const userName = (id: string) =>
  `(select coalesce(nullif(name, ''), email, phone) from users where users.id = ${id})`;
const nameIn = (table: string, id: string, column = 'name') =>
  `(select ${column} from ${table} where ${table}.id = ${id})`;

/**
 * Names are added to the rows of the page, each by a primary key. Users choose their names, so their addresses are, too. What was
 * deleted is named as its row names it.
 */
const withNames = (rows: string) =>
  `select position, id, type, subject_type as "subjectType", subject_id as "subjectId",
          coalesce(
            case subject_type
              when 'user' then ${userName('subject_id')}
              when 'api_key' then ${nameIn('api_keys', 'subject_id')}
              when 'product' then ${nameIn('products', 'subject_id')}
              when 'modifier_group' then ${nameIn('modifier_groups', 'subject_id')}
              when 'tax_rate' then ${nameIn('tax_rates', 'subject_id')}
              when 'charge' then ${nameIn('charges', 'subject_id')}
              when 'discount' then ${nameIn('discounts', 'subject_id')}
              when 'webhook_endpoint' then ${nameIn('webhook_endpoints', 'subject_id', 'url')}
            end,
            after ->> 'name',
            before ->> 'name') as "subjectName",
          case subject_type when 'user' then ${nameIn('users', 'subject_id', 'email')} end as "subjectEmail",
          actor_type as "actorType", actor_id as "actorId", actor_role as "actorRole",
          case actor_type
            when 'user' then ${userName('actor_id')}
            when 'api_key' then ${nameIn('api_keys', 'actor_id')}
          end as "actorName",
          case actor_type when 'user' then ${nameIn('users', 'actor_id', 'email')} end as "actorEmail",
          ${storedPersonalColumns}, request_id as "requestId", trace_id as "traceId", job, at
     from (${rows}) as page
    order by at desc, position desc`;

/*
 * Each page is a contiguous range of one index, given by its two ends and sorted by all columns of the index: with `=`
 * the planner would know that the index on time has the same order, and might scan the whole audit for what is rare.
 */

export const listAudit = statement<AuditRange, AuditRow>(
  'operations.list_audit',
  withNames(
    `select *
       from audit
      where audit.at >= $1::timestamptz
        and (audit.at, audit.position) < ($2::timestamptz, $3::bigint)
      order by audit.at desc, audit.position desc
      limit $4::int`,
  ),
);

/** One subject has few rows, so the other filters are checked row by row. Null sets no condition. */
export const listAuditOfSubject = statement<
  [...range: AuditRange, subjectId: string, types: readonly string[] | null, actor: string | null],
  AuditRow
>(
  'operations.list_audit_of_subject',
  withNames(
    `select *
       from audit
      where (audit.subject_id, audit.at, audit.position) >= ($5::uuid, $1::timestamptz, 0)
        and (audit.subject_id, audit.at, audit.position) < ($5::uuid, $2::timestamptz, $3::bigint)
        and ($6::text[] is null or audit.type = any($6::text[]))
        and ($7::text is null or ${actorKey} = $7::text)
      order by audit.subject_id desc, audit.at desc, audit.position desc
      limit $4::int`,
  ),
);

/** The newest of each type, then the newest of all types. Each type is named once. */
export const listAuditOfTypes = statement<
  [...range: AuditRange, types: readonly string[]],
  AuditRow
>(
  'operations.list_audit_of_types',
  withNames(
    `select newest.*
       from unnest($5::text[]) as wanted (type)
      cross join lateral (
            select *
              from audit
             where (audit.type, audit.at, audit.position) >= (wanted.type, $1::timestamptz, 0)
               and (audit.type, audit.at, audit.position) < (wanted.type, $2::timestamptz, $3::bigint)
             order by audit.type desc, audit.at desc, audit.position desc
             limit $4::int) as newest
      order by newest.at desc, newest.position desc
      limit $4::int`,
  ),
);

export const listAuditOfActor = statement<
  [...range: AuditRange, types: readonly string[], actor: string],
  AuditRow
>(
  'operations.list_audit_of_actor',
  withNames(
    `select newest.*
       from unnest($5::text[]) as wanted (type)
      cross join lateral (
            select *
              from audit
             where (${actorKey}, audit.type, audit.at, audit.position)
                   >= ($6::text, wanted.type, $1::timestamptz, 0)
               and (${actorKey}, audit.type, audit.at, audit.position)
                   < ($6::text, wanted.type, $2::timestamptz, $3::bigint)
             order by ${actorKey} desc, audit.type desc, audit.at desc, audit.position desc
             limit $4::int) as newest
      order by newest.at desc, newest.position desc
      limit $4::int`,
  ),
);
