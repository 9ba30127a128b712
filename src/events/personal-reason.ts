import type { KeyRing } from '../database/key-ring.ts';
import type { Queryable } from '../database/statement.ts';
import {
  decryptPersonal,
  encryptPersonal,
  ensurePersonalKeys,
  noKeys,
  openPersonalKey,
  type PersonalKeys,
  type PersonalPlace,
  type StoredPersonalKey,
  selectPersonalKey,
} from '../personal/index.ts';
import type { NewEvent } from './event.ts';
import { isFixedReason } from './fixed-reasons.ts';

type Reasoned = Pick<NewEvent, 'reason' | 'orderId' | 'customerId' | 'actor'>;

/** A reason as it is stored: as text, or as ciphertext under the key of `personal_of`. */
export interface ReasonColumns {
  readonly reason: string | null;
  readonly personal: string | null;
  readonly personal_of: string | null;
}

/** An event whose reason may be a ciphertext. */
export interface ReasonRow {
  readonly id: string;
  readonly reason: string | null;
  readonly personal: Buffer | null;
  /** The key of its person. Null: it has none, it was destroyed, or the order has been forgotten since. */
  readonly personalKey: StoredPersonalKey | null;
}

/**
 * The columns of a `ReasonRow` besides the id, of `events`. The key of a customer opens the reasons of all of their orders,
 * so it is not read for those that were given before an order was forgotten.
 */
export const reasonColumns = `events.reason, events.personal,
          ${selectPersonalKey(`person_id = events.personal_of
              and not exists (
                select
                  from orders
                 where orders.id = events.order_id
                   and forgotten_at >= events.at)`)} as "personalKey"`;

/**
 * Returns whose the reason of an event is: of the customer about whose order it was given, and without an order of the
 * actor. Returns null if there is none, or it is nobody's.
 */
function findPerson({ reason, orderId, customerId, actor }: Reasoned): string | null {
  if (reason === null || isFixedReason(reason)) return null;
  return orderId === null ? actor.id : customerId;
}

/** Finds the keys that these events need, in most cases none. Makes those that do not exist. */
export async function findReasonKeys(
  db: Queryable,
  events: readonly Reasoned[],
): Promise<PersonalKeys> {
  const persons = events.flatMap((event) => findPerson(event) ?? []);
  return persons.length === 0 ? noKeys : ensurePersonalKeys(db, persons);
}

/** Returns whether an event has a reason that is stored as ciphertext. */
export function hasPersonalReason(event: Reasoned): boolean {
  return findPerson(event) !== null;
}

export function toReasonColumns(
  eventId: string,
  event: Reasoned,
  keys: PersonalKeys,
): ReasonColumns {
  const { reason } = event;
  const person = findPerson(event);
  if (person === null) return { reason, personal: null, personal_of: null };
  const key = keys.get(person);
  if (key === undefined) throw new Error('the key of the person was not found before the event');
  const personal = encryptPersonal(key, toPlace(eventId), { reason });
  return { reason: null, personal, personal_of: person };
}

/** Returns the reason of a stored event; null if it has none, its person was erased, or its order was forgotten. */
export function readReason(
  keyRing: KeyRing,
  { id, reason, personal, personalKey }: ReasonRow,
): string | null {
  if (personal === null) return reason;
  const fields = decryptPersonal(openPersonalKey(keyRing, personalKey), toPlace(id), personal);
  return (fields?.reason as string | undefined) ?? null;
}

/** Returns where the ciphertext of an event is stored. */
export function toPlace(id: string): PersonalPlace {
  return { column: 'events.personal', id };
}
