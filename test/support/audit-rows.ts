import type { Database } from '../../src/database/database.ts';

/** A row of the audit as it is stored. */
export interface StoredAudit {
  readonly type: string;
  readonly subjectId: string | null;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly actorRole: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly requestId: string | null;
  readonly job: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** Returns the audit, oldest first. */
export function findAudit(database: Database): Promise<StoredAudit[]> {
  return database.run<StoredAudit>(
    'test.audit',
    `select type, subject_id as "subjectId", actor_type as "actorType", actor_id as "actorId",
            actor_role as "actorRole", before, after, request_id as "requestId", job, address,
            user_agent as "userAgent"
       from audit
      order by position`,
    [],
  );
}

/** Runs `work` while the audit refuses every row. `owner` owns its table. */
export async function withoutAudit<T>(owner: Database, work: () => Promise<T>): Promise<T> {
  await owner.run(
    'test.refuse_audit',
    'alter table audit add constraint no_rows check (false) not valid',
    [],
  );
  try {
    return await work();
  } finally {
    await owner.run('test.accept_audit', 'alter table audit drop constraint no_rows', []);
  }
}
