import type { Queryable } from '../../../database/statement.ts';
import { requestErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import {
  findFullSlots,
  fulfilmentRefusals,
  listTimesFrom,
  type ShopSettings,
} from '../../scheduling/index.ts';
import { ordersErrors } from '../errors.ts';
import type { FulfilmentRefusal } from './decide-fulfilment.ts';

/** How many other times a refusal offers. */
const OFFERED_MAX = 6;

/** Returns the error for a time or a place that an order cannot have. */
export function toFulfilmentRefusal(refusal: FulfilmentRefusal): CodedError {
  switch (refusal.kind) {
    case 'shop_paused':
      return new CodedError(ordersErrors.shopPaused, {
        extensions: { until: refusal.until?.toISOString() ?? null },
      });
    case 'shop_closed':
      return new CodedError(ordersErrors.shopClosed, {
        extensions: { opensAt: refusal.opensAt?.toISOString() ?? null },
      });
    case 'type_not_offered':
      return new CodedError(fulfilmentRefusals.typeNotOffered);
    case 'missing_details':
      return new CodedError(requestErrors.invalid, { errors: refusal.errors });
    case 'out_of_area':
      return new CodedError(fulfilmentRefusals.outOfArea);
    case 'time_not_available':
    case 'slot_full': {
      const { timeNotAvailable, slotFull } = fulfilmentRefusals;
      const nextTimes = (refusal.nextTimes ?? []).map((time) => time.toISOString());
      const definition = refusal.kind === 'slot_full' ? slotFull : timeNotAvailable;
      return new CodedError(definition, { extensions: { nextTimes } });
    }
  }
}

/** Adds the times that orders could have instead to refusals of a time. */
export function addNextTimes<Refusal extends { readonly kind: string }>(
  db: Queryable,
  refusals: readonly Refusal[],
  shop: ShopSettings,
  now: Date,
): Promise<Refusal[]> {
  return Promise.all(
    refusals.map(async (refusal) => {
      if (!isOfTime(refusal)) return refusal;
      return { ...refusal, nextTimes: await findNextTimes(db, shop, refusal.from, now) };
    }),
  );
}

function isOfTime<Refusal extends { readonly kind: string }>(
  refusal: Refusal,
): refusal is Refusal & { readonly from: Date } {
  return refusal.kind === 'time_not_available' || refusal.kind === 'slot_full';
}

/** Returns the first free times from a time on. */
async function findNextTimes(
  db: Queryable,
  shop: ShopSettings,
  from: Date,
  now: Date,
): Promise<Date[]> {
  const hasMaximum = shop.slotMinutes > 0 && shop.slotOrdersMax > 0;
  const rows = hasMaximum ? await findFullSlots(db, from, shop.slotOrdersMax) : [];
  const full = new Set(rows.map(({ startAt }) => startAt.getTime()));
  const free: Date[] = [];
  for (const time of listTimesFrom(shop, from, now)) {
    if (free.length === OFFERED_MAX) break;
    if (!full.has(time.getTime())) free.push(time);
  }
  return free;
}
