import type { MovementRow } from './queries.ts';
import type { MovementView } from './schemas.ts';

export function presentMovement(row: MovementRow): MovementView {
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
    at: row.at.toISOString(),
  };
}
