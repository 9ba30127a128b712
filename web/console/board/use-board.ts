import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, type Order, readBody } from '../../shared/api.ts';
import { useLiveEvents } from '../../shared/live.ts';
import { refreshQueries, shouldRetry } from '../../shared/queries.ts';
import { shopKey } from '../parts/use-shop.ts';
import { columns } from './columns.ts';

export const boardKey = ['orders', 'board'] as const;

const ORDERS_MAX = 500;
const PAGE_SIZE = 100;
/** While the stream is live, in case it misses an event. */
const LIVE_POLL_MS = 60_000;
/** While the stream is not connected. */
const POLL_MS = 5_000;
/** The least time between two reads of the board, however many events arrive. */
const READ_EVERY_MS = 400;
/** Opening a connection takes a moment, so a missing one is reported only after this time. */
const DISCONNECTED_AFTER_MS = 4_000;

const status = columns.map((column) => column.status).join(',');

/** Returns every order that concerns the kitchen, kept up to date by the live stream. */
export function useBoard() {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const readSoon = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      refreshQueries(queries, boardKey);
    }, READ_EVERY_MS);
  };
  const isLive = useLiveEvents(
    '/api/stream',
    ({ type }) => {
      if (type === 'shop.changed') refreshQueries(queries, shopKey);
      if (type.startsWith('order.') || type.startsWith('payment.')) readSoon();
    },
    () => {
      readSoon();
      refreshQueries(queries, shopKey);
    },
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  const [isDisconnected, setIsDisconnected] = useState(false);
  useEffect(() => {
    if (isLive) return setIsDisconnected(false);
    const later = setTimeout(() => setIsDisconnected(true), DISCONNECTED_AFTER_MS);
    return () => clearTimeout(later);
  }, [isLive]);
  const { data: orders, error } = useQuery({
    queryKey: boardKey,
    queryFn: readOpenOrders,
    refetchInterval: (query) => (isLive ? shouldRetry(query) || LIVE_POLL_MS : POLL_MS),
  });
  return { orders, isLive, isDisconnected, error };
}

async function readOpenOrders(): Promise<Order[]> {
  const orders: Order[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: Order[]; nextCursor: string | null } = await readBody(
      api.GET('/api/orders', {
        params: { query: { status, limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) } },
      }),
    );
    orders.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null && orders.length < ORDERS_MAX);
  return orders;
}
