import type { Transaction } from '../../../database/database.ts';
import { findReasonKeys } from '../../../events/index.ts';
import type { PersonalKeys } from '../../../personal/index.ts';
import { insertGuests, type NewGuest } from '../../accounts/index.ts';
import type { Order, OrderLine } from '../order.ts';
import { toOrderActor } from '../reading/find-order.ts';
import type { PlaceChange, QueueChange } from '../writing/order-change.ts';
import { writeOrders } from '../writing/write-orders.ts';
import { preparePins } from './keys.ts';
import { customersBySource } from './read-placement.ts';
import { isLineSource, type PlacementRequest, toOrigin } from './request.ts';

/** A decided order, before it is written. */
export interface Placement {
  readonly request: PlacementRequest;
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  /** The beginning of the slot in which the order takes a place; null: in none. */
  readonly slotStart: Date | null;
  /** The codes that the order names. */
  readonly discountCodes: readonly string[];
  /** The order as its caller sees it, as JSON text. */
  readonly body: string;
}

/**
 * Writes a batch of decided orders with their guests, stores their keys and empties their carts, and commits them in the same round trip:
 * whatever was taken meanwhile, the database refuses. The last step of its transaction.
 */
export async function writePlacement(
  tx: Transaction,
  placements: readonly Placement[],
): Promise<void> {
  const requests = placements.map(({ request }) => request);
  // Before the first statement: from then on nothing may fail here, because the commit follows.
  const storePins = preparePins(placements);
  const changes = placements.map(buildChange);
  const keys = await findOverrideKeys(tx, changes);
  // Before the orders, which refer to them.
  const guests = insertGuests(tx, requests.flatMap(buildGuest));
  const written = writeOrders(tx, changes, {
    keys,
    alongside: () => [
      ...[...customersBySource(requests)].map(([source, customerIds]) =>
        source.consume(tx, customerIds),
      ),
      storePins(tx),
      guests,
    ],
  });
  await tx.pipelineCommit(written);
}

function buildGuest({ customerId, guest }: PlacementRequest): NewGuest[] {
  if (guest === null) return [];
  const { email, name, phone } = guest;
  return [{ id: customerId, email, name, phone }];
}

/** Finds the keys for the reasons of overrides, which no other placement has. */
function findOverrideKeys(
  tx: Transaction,
  changes: readonly (PlaceChange | QueueChange)[],
): Promise<PersonalKeys> {
  return findReasonKeys(
    tx,
    changes.flatMap(({ order, overrideReason: reason, actor }) =>
      reason === null ? [] : { orderId: order.id, customerId: order.customerId, reason, actor },
    ),
  );
}

function buildChange({
  request,
  order,
  lines,
  slotStart,
  discountCodes,
}: Placement): PlaceChange | QueueChange {
  const placed = {
    order,
    lines,
    guest: request.guest === null ? null : toOrigin(request.guest),
    buyerNetwork: request.network,
    clientToken: request.clientToken,
    slotStart,
    overrideReason: request.overrideReason,
    actor: toOrderActor(request.caller, order),
    cause: request.cause,
  };
  if (!request.deferred) return { kind: 'place', ...placed };
  return {
    kind: 'queue',
    ...placed,
    expectedTotalMinor: request.expectedTotalMinor,
    expectedPricesMinor: findStatedPrices(request.lines),
    discountCodes,
  };
}

/** Returns the stated prices by line, or null if none was stated. */
function findStatedPrices(lines: PlacementRequest['lines']): (number | null)[] | null {
  if (isLineSource(lines)) return null;
  const prices = lines.map(({ unitPriceMinor }) => unitPriceMinor ?? null);
  return prices.some((price) => price !== null) ? prices : null;
}
