import type { Queryable } from '../database/statement.ts';
import { encryptPersonal, ensurePersonalKeys } from '../personal/index.ts';
import { bringAudit, findOldAudit, type OldAuditRow } from './old-form-queries.ts';
import { type PersonalPart, takeApart, toPlace } from './personal-columns.ts';

const SLICE_MAX = 500;

/**
 * Encrypts what servers of an earlier version wrote about people as text, in slices, each of which is complete in itself.
 * Returns how many rows there were. Ends early when `signal` aborts.
 * Costs one look into an index if there are none.
 */
export async function bringAuditIntoForm(db: Queryable, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (let after = 0; !signal.aborted; ) {
    const rows = await findOldAudit(db, after, SLICE_MAX);
    if (rows.length === 0) return count;
    const parts = rows.map(listParts);
    const keys = await ensurePersonalKeys(
      db,
      parts.flat().map(({ personId }) => personId),
    );
    const encrypt = (wanted: PersonalPart['column']) =>
      rows.map(({ id }, index) => {
        const part = parts[index]!.find(({ column }) => column === wanted);
        if (part === undefined) return null;
        return encryptPersonal(keys.get(part.personId)!, toPlace(wanted, id), part.fields);
      });
    const [brought] = await bringAudit(
      db,
      rows.map(({ position }) => position),
      encrypt('subject_personal'),
      encrypt('actor_personal'),
    );
    count += brought!.count;
    after = rows.at(-1)!.position;
  }
  return count;
}

function listParts({ userId, actorId, before, after, address, userAgent }: OldAuditRow) {
  return takeApart({
    userId,
    difference: { before, after },
    reason: null,
    actor: { id: actorId },
    origin: { address, userAgent },
  }).personal;
}
