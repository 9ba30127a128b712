import { useQueries } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';
import { serverClock } from '../../shared/fetch-reply.ts';
import type { FulfilmentType } from '../terms.ts';
import { findEarliest, listQuarters, type ShopSettings } from './openings.ts';

/** Other customers take places meanwhile. */
const RENEW_MS = 20_000;

export interface OfferedTime {
  readonly at: Date;
  readonly isFree: boolean;
}

/** Returns the times of openings that begin on these dates; undefined until they are known. */
export function useOfferedTimes(
  shop: ShopSettings,
  type: FulfilmentType,
  openingDates: readonly string[],
) {
  const hasSlots = shop.slotMinutes > 0;
  const slots = useQueries({
    queries: (hasSlots ? openingDates : []).map((date) => ({
      queryKey: ['slots', type, date],
      queryFn: () => readBody(api.GET('/api/slots', { params: { query: { type, date } } })),
      refetchInterval: RENEW_MS,
    })),
  });
  const error = slots.find((one) => one.error !== null)?.error ?? null;
  const isKnown = slots.every(({ data }) => data !== undefined);
  const times: readonly OfferedTime[] | undefined = !hasSlots
    ? listAll(shop, openingDates)
    : isKnown
      ? slots.flatMap(({ data }) =>
          (data?.data ?? []).map(({ start, available }) => ({
            at: new Date(start),
            isFree: available === null || available > 0,
          })),
        )
      : undefined;
  return { times, error };
}

function listAll(shop: ShopSettings, openingDates: readonly string[]): OfferedTime[] {
  const earliest = findEarliest(shop, new Date(serverClock.nowMs()));
  return openingDates
    .flatMap((date) => listQuarters(shop, date, earliest))
    .map((at) => ({ at, isFree: true }));
}
