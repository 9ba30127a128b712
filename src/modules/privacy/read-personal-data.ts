import { recordAudit } from '../../audit/index.ts';
import type { Database } from '../../database/database.ts';
import type { RequestContext } from '../../http/index.ts';
import { isAdmin } from '../../shared/caller.ts';
import { CodedError } from '../../shared/errors.ts';
import { accountsErrors } from '../accounts/index.ts';
import type { Person, PersonalDataPart } from '../personal-data.ts';
import { findPerson } from './find-person.ts';
import { writeDocument } from './write-document.ts';

/** As `Privacy.readPersonalData`. */
export async function readPersonalData(
  database: Database,
  parts: readonly Omit<PersonalDataPart, 'erase'>[],
  context: RequestContext,
  id: string,
): Promise<AsyncIterable<string>> {
  const person = await requireReadable(database, context, id);
  const after = { guests: person.userIds.length - 1, orders: person.orderIds.length };
  // Before anything is given out, because a document that was cut off was given out in part.
  await database.transaction((tx) =>
    recordAudit(tx, context, [
      { type: 'user.personal_data_read', subjectId: id, before: null, after },
    ]),
  );
  return writeDocument(database, parts, person, new Date());
}

/** As `Privacy.requireReadable`. */
export async function requireReadable(
  database: Database,
  { caller }: Pick<RequestContext, 'caller'>,
  id: string,
): Promise<Person> {
  const mayRead = caller.id === id || isAdmin(caller);
  const person = mayRead ? await findPerson(database, id) : null;
  if (person === null) throw new CodedError(accountsErrors.notFound);
  return person;
}
