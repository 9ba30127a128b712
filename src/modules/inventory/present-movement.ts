import type { MovementRow } from './queries.ts';
import type { MovementView } from './schemas.ts';

/** Returns the movement as shown to callers. `names` has the names of actors, by id. */
export function presentMovement(
  row: MovementRow,
  names: ReadonlyMap<string | null, string>,
): MovementView {
  const { id, kind, delta, reason, orderId, onHand, reserved } = row;
  return {
    id,
    kind,
    delta,
    reason,
    orderId,
    onHand,
    reserved,
    actor: { type: row.actorType, id: row.actorId, role: row.actorRole },
    actorName: names.get(row.actorId) ?? null,
    at: row.at.toISOString(),
  };
}
