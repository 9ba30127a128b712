import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';
import type { ShopSettings } from './openings.ts';

/** A shop that opens, closes or pauses is shown within this time. */
const RENEW_MS = 30_000;

/** Reads what the shop offers, and whether it is open now. */
export function useShopSettings(): UseQueryResult<ShopSettings> {
  return useQuery<ShopSettings>({
    queryKey: ['shop'],
    queryFn: () => readBody(api.GET('/api/shop')),
    refetchInterval: RENEW_MS,
  });
}
