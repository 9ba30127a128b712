import type { Queryable } from '../../../../database/statement.ts';
import { readActedEvents, readOwnEvents } from '../../../../events/index.ts';
import type { Person, PersonalLists } from '../../../personal-data.ts';
import { isOrWasStaff } from '../find-staff.ts';

/** The events of the orders of the person are given out with the orders. */
export function collect(db: Queryable, person: Person): PersonalLists {
  return { own: readOwnEvents(db, [person.id]), inOrders: readInOrders(db, person) };
}

/** Customers act in their own orders only, so the log is read for staff alone. */
async function* readInOrders(db: Queryable, person: Person): AsyncGenerator<object> {
  if (await isOrWasStaff(db, person)) yield* readActedEvents(db, [person.id]);
}
