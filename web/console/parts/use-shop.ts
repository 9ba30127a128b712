import { useQuery } from '@tanstack/react-query';
import { api, type ReplyOf, readBody } from '../../shared/api.ts';

/** The settings of the shop, and whether it is open and accepts orders. */
export type Shop = ReplyOf<'getShopSettings'>;

export const shopKey = ['shop'] as const;

export function useShop() {
  return useQuery({ queryKey: shopKey, queryFn: readShop });
}

export function readShop(): Promise<Shop> {
  return readBody(api.GET('/api/shop'));
}

/** Returns whether the shop takes no orders at this time, whatever its hours are. */
export function isPaused({ acceptingOrders, pausedUntil }: Shop, nowMs: number): boolean {
  return !acceptingOrders && (pausedUntil === null || nowMs < Date.parse(pausedUntil));
}
