import type { Queryable } from '../../../../database/statement.ts';
import { findJobsAbout, type JobOfPersonRow } from '../../../../jobs/index.ts';
import { readByPages } from '../../../../shared/read-all.ts';
import { findMailedIds } from '../../../accounts/index.ts';
import type { Person, PersonalLists } from '../../../personal-data.ts';

const PAGE_SIZE = 100;

export function collect(db: Queryable, person: Person): PersonalLists {
  return { jobs: readJobs(db, person) };
}

async function* readJobs(
  db: Queryable,
  { userIds, orderIds }: Person,
): AsyncGenerator<JobOfPersonRow> {
  const mailed = (await findMailedIds(db, userIds)).map(({ id }) => id);
  yield* readByPages<JobOfPersonRow>((last) =>
    findJobsAbout(db, orderIds, mailed, last?.id ?? null, PAGE_SIZE),
  );
}
