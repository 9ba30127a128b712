import { findKeptReplies, type KeptReplyRow } from '../../../../database/person-queries.ts';
import type { Queryable } from '../../../../database/statement.ts';
import { readByPages } from '../../../../shared/read-all.ts';
import type { Person, PersonalLists } from '../../../personal-data.ts';
import { isOrWasStaff } from '../find-staff.ts';

const PAGE_SIZE = 100;

export function collect(db: Queryable, person: Person): PersonalLists {
  return { replies: readReplies(db, person) };
}

/** What staff received is about others, or secret, such as a new API key: only what they asked for is told. */
async function* readReplies(db: Queryable, person: Person): AsyncGenerator<object> {
  const isStaff = await isOrWasStaff(db, person);
  const callerIds = [...person.userIds, ...person.orderIds];
  const rows = readByPages<KeptReplyRow>((last) =>
    findKeptReplies(db, callerIds, last?.scopeHash ?? Buffer.alloc(0), PAGE_SIZE),
  );
  for await (const { operation, result, createdAt, expiresAt } of rows) {
    const shown = isStaff || !result ? {} : { result: JSON.parse(result) };
    yield { operation, createdAt, expiresAt, ...shown };
  }
}
