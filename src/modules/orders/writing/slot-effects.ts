import type { Transaction } from '../../../database/database.ts';
import {
  holdSlots,
  leaveSlots,
  moveSlot,
  releaseSlots,
  type SlotPlace,
} from '../../scheduling/index.ts';
import { holdsSlot, type OrderStatus } from '../order.ts';

/** What a change does to the place of its order in a slot. */
export type SlotEffect =
  | { readonly kind: 'hold'; readonly startAt: Date }
  /** Gives the place back, if the order has one. */
  | { readonly kind: 'release' }
  /** Null: to no slot. */
  | { readonly kind: 'move'; readonly startAt: Date | null };

/** Returns the effect of accepting an order; null: it takes no place. */
export function holdSlot(startAt: Date | null): SlotEffect | null {
  return startAt === null ? null : { kind: 'hold', startAt };
}

/** Returns what a step of an existing order does to its place; null: nothing. */
export function findSlotEffect(
  {
    status: from,
    promisedFor,
  }: { readonly status: OrderStatus; readonly promisedFor: Date | null },
  to: OrderStatus,
): SlotEffect | null {
  // An order that has a place is promised for its slot.
  if (promisedFor === null || !holdsSlot(from) || holdsSlot(to)) return null;
  return { kind: 'release' };
}

interface OrderSlot {
  readonly orderId: string;
  readonly slotEffect: SlotEffect | null;
}

/** Changes the places of a set of orders: one statement for each effect that occurs. */
export function writeSlots(tx: Transaction, orders: readonly OrderSlot[]): Promise<unknown>[] {
  const effects = orders.flatMap(({ orderId, slotEffect: effect }) =>
    effect === null ? [] : { orderId, effect },
  );
  if (effects.length === 0) return [];
  const released: string[] = [];
  const left: string[] = [];
  const held: SlotPlace[] = [];
  const moved: SlotPlace[] = [];
  for (const { orderId, effect } of effects) {
    if (effect.kind === 'hold') held.push({ orderId, startAt: effect.startAt });
    else if (effect.kind === 'release') released.push(orderId);
    else if (effect.startAt === null) left.push(orderId);
    else moved.push({ orderId, startAt: effect.startAt });
  }
  return [
    ...(released.length === 0 ? [] : [releaseSlots(tx, released)]),
    ...(left.length === 0 ? [] : [leaveSlots(tx, left)]),
    ...moved.map((place) => moveSlot(tx, place)),
    ...(held.length === 0 ? [] : [holdSlots(tx, held)]),
  ];
}
