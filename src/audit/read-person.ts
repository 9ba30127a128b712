import type { Queryable } from '../database/statement.ts';
import { readByPages } from '../shared/read-all.ts';
import { findAuditOfActor, findAuditOfSubject, type PersonAuditRow } from './person-queries.ts';
import { readPersonal } from './personal-columns.ts';

const PAGE_SIZE = 100;

/**
 * Yields what was changed about a user, by time. Where somebody else was when they made the change is left out, and who of the
 * staff it was is told by their role only.
 */
export async function* readAuditOfSubject(db: Queryable, userId: string): AsyncGenerator<object> {
  const rows = readByPages<PersonAuditRow>((last) =>
    findAuditOfSubject(db, userId, last?.at ?? null, last?.position ?? 0, PAGE_SIZE),
  );
  for await (const row of rows) {
    const { type, actorType, actorId, actorRole, job, at } = row;
    const { before, after, reason, address, userAgent } = readPersonal(db.keyRing, row);
    const self = actorId === userId;
    yield {
      type,
      actor: { type: actorType, role: actorRole, self },
      before,
      after,
      reason,
      ...(self ? { address, userAgent } : {}),
      job,
      at,
    };
  }
}

/**
 * Yields what a user changed elsewhere, by type and time, and where they were. What they changed about others is left out.
 */
export async function* readAuditOfActor(db: Queryable, userId: string): AsyncGenerator<object> {
  const rows = readByPages<PersonAuditRow>((last) =>
    findAuditOfActor(
      db,
      userId,
      last?.type ?? '',
      last?.at ?? null,
      last?.position ?? 0,
      PAGE_SIZE,
    ),
  );
  for await (const row of rows) {
    const { type, subjectType, subjectId, at } = row;
    const { reason, address, userAgent } = readPersonal(db.keyRing, row);
    yield {
      type,
      subject: { type: subjectType, id: subjectId },
      ...(subjectType === 'user' ? {} : { reason }),
      address,
      userAgent,
      at,
    };
  }
}
