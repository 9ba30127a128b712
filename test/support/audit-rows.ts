import { readPersonal, type StoredPersonal, storedPersonalColumns } from '../../src/audit/index.ts';
import type { Database } from '../../src/database/database.ts';

/** A row of the audit as it can be read. */
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
export async function findAudit(database: Database): Promise<StoredAudit[]> {
  const rows = await database.run<StoredAudit & StoredPersonal>(
    'test.audit',
    `select id, type, subject_id as "subjectId", actor_type as "actorType", actor_id as "actorId",
            actor_role as "actorRole", request_id as "requestId", job, ${storedPersonalColumns}
       from audit as page
      order by position`,
    [],
  );
  return rows.map((row) => {
    const { type, subjectId, actorType, actorId, actorRole, requestId, job } = row;
    const { before, after, address, userAgent } = readPersonal(database.keyRing, row);
    const actor = { actorType, actorId, actorRole };
    return { type, subjectId, ...actor, before, after, requestId, job, address, userAgent };
  });
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
