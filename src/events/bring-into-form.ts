import type { Queryable } from '../database/statement.ts';
import { encryptPersonal, ensurePersonalKeys } from '../personal/index.ts';
import { bringEvents, findOldEvents } from './old-form-queries.ts';
import { toPlace } from './personal-reason.ts';

const SLICE_MAX = 500;

/**
 * Encrypts the reasons that servers of an earlier version wrote as text, in slices, each of which is complete in itself.
 * Returns how many there were. Ends early when `signal` aborts.
 * Costs one look into an index if there are none.
 */
export async function bringEventsIntoForm(db: Queryable, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (let after = 0; !signal.aborted; ) {
    const events = await findOldEvents(db, after, SLICE_MAX);
    if (events.length === 0) return count;
    const keys = await ensurePersonalKeys(
      db,
      events.map(({ personId }) => personId),
    );
    const ciphertexts = events.map(({ id, reason, personId }) =>
      encryptPersonal(keys.get(personId)!, toPlace(id), { reason }),
    );
    const [brought] = await bringEvents(
      db,
      events.map(({ position }) => position),
      ciphertexts,
    );
    count += brought!.count;
    after = events.at(-1)!.position;
  }
  return count;
}
