import { readAuditOfActor, readAuditOfSubject } from '../../../../audit/index.ts';
import type { Queryable } from '../../../../database/statement.ts';
import type { Person, PersonalLists } from '../../../personal-data.ts';

export function collect(db: Queryable, { id, userIds }: Person): PersonalLists {
  return { about: readAbout(db, userIds), changes: readAuditOfActor(db, id) };
}

async function* readAbout(db: Queryable, userIds: readonly string[]): AsyncGenerator<object> {
  for (const userId of userIds) yield* readAuditOfSubject(db, userId);
}
