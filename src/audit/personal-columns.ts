import type { KeyRing } from '../database/key-ring.ts';
import {
  decryptPersonal,
  openPersonalKey,
  type PersonalPlace,
  type StoredPersonalKey,
  selectPersonalKey,
} from '../personal/index.ts';
import type { Actor, Origin } from '../shared/caller.ts';
import type { Difference } from './find-difference.ts';
import { splitDifference } from './personal-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a row may say about people. */
export interface PersonalParts extends Difference {
  readonly reason: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** What a row says about one person, to be encrypted under their key. */
export interface PersonalPart {
  readonly column: 'subject_personal' | 'actor_personal';
  readonly personId: string;
  readonly fields: Fields;
}

/** A change, with what is personal apart from the rest. */
export interface TakenApart {
  readonly open: PersonalParts;
  readonly personal: readonly PersonalPart[];
}

export interface UnstoredChange {
  /** The user whom the change is about; null: it is about something else. */
  readonly userId: string | null;
  readonly difference: Difference;
  readonly reason: string | null;
  readonly reasonOf?: 'actor' | undefined;
  readonly actor: Pick<Actor, 'id'>;
  readonly origin: Origin | undefined;
}

/**
 * Takes what is personal out of a change: for its subject what tells who they are, for its actor from where they made it.
 * The reason is about the user whom the change is about, and otherwise, or if it is said to be, a text of the actor. Actors without an id are not
 * people.
 */
export function takeApart({
  userId,
  difference,
  reason,
  reasonOf,
  actor,
  origin,
}: UnstoredChange): TakenApart {
  const { address = null, userAgent = null } = origin ?? {};
  const isOfSubject = userId !== null && reasonOf === undefined;
  const ofActor = { address, userAgent, ...(isOfSubject ? {} : { reason }) };
  const { open, personal } =
    userId === null ? { open: difference, personal: {} } : splitDifference(difference);
  const ofSubject = { ...personal, ...(isOfSubject ? { reason } : {}) };
  return {
    open: {
      ...open,
      reason: !isOfSubject && actor.id === null ? reason : null,
      ...(actor.id === null ? { address, userAgent } : { address: null, userAgent: null }),
    },
    personal: [
      ...toPart('subject_personal', userId, ofSubject),
      ...toPart('actor_personal', actor.id, ofActor),
    ],
  };
}

function toPart(
  column: PersonalPart['column'],
  personId: string | null,
  fields: Fields,
): PersonalPart[] {
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  return personId === null || Object.keys(known).length === 0
    ? []
    : [{ column, personId, fields: known }];
}

/** A stored row, with the keys of its subject and of its actor: null if there is none, or it was destroyed. */
export interface StoredPersonal extends PersonalParts {
  readonly id: string;
  readonly subjectPersonal: Buffer | null;
  readonly subjectKey: StoredPersonalKey | null;
  readonly actorPersonal: Buffer | null;
  readonly actorKey: StoredPersonalKey | null;
}

/** The columns of a `StoredPersonal` besides the id, of rows of the audit under the alias `page`. */
export const storedPersonalColumns = `page.before, page.after, page.reason, page.address,
          page.user_agent as "userAgent",
          page.subject_personal as "subjectPersonal",
          ${selectPersonalKey('person_id = page.subject_id')} as "subjectKey",
          page.actor_personal as "actorPersonal",
          ${selectPersonalKey('person_id = page.actor_id')} as "actorKey"`;

/** Returns what a stored row says about people. What was erased is null. */
export function readPersonal(keyRing: KeyRing, row: StoredPersonal): PersonalParts {
  const { id, subjectPersonal, subjectKey, actorPersonal, actorKey, before, after } = row;
  const decrypt = (
    stored: StoredPersonalKey | null,
    column: PersonalPart['column'],
    ciphertext: Buffer | null,
  ) =>
    ciphertext === null
      ? null
      : decryptPersonal(openPersonalKey(keyRing, stored), toPlace(column, id), ciphertext);
  const ofSubject = decrypt(subjectKey, 'subject_personal', subjectPersonal);
  const ofActor = decrypt(actorKey, 'actor_personal', actorPersonal);
  const { reason, address, userAgent } = { ...row, ...ofActor, ...pickReason(ofSubject) };
  return {
    before: before && { ...before, ...(ofSubject?.before as Fields | undefined) },
    after: after && { ...after, ...(ofSubject?.after as Fields | undefined) },
    reason,
    address,
    userAgent,
  };
}

function pickReason(fields: Fields | null): { readonly reason?: string } {
  return fields?.reason === undefined ? {} : { reason: fields.reason as string };
}

export function toPlace(column: PersonalPart['column'], id: string): PersonalPlace {
  return { column: `audit.${column}`, id };
}
