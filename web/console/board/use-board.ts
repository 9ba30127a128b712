import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, type Order, readBody } from '../../shared/api.ts';
import { useLiveEvents } from '../../shared/live.ts';
import { readAnew, shouldRetry } from '../../shared/queries.ts';
import { columns } from './columns.ts';

export const boardKey = ['orders', 'board'] as const;

const ORDERS_MAX = 500;
const PAGE_SIZE = 100;
/** While the stream is live, should it ever miss something. */
const LOOK_MS = 60_000;
/** While the live stream is away. */
const POLL_MS = 5_000;
/** However many events come at once, the board is read this often at most. */
const READ_EVERY_MS = 400;
/** A connection takes a moment to open, and is told of only when it does not. */
const AWAY_AFTER_MS = 4_000;

const status = columns.map((column) => column.status).join(',');

/** Every order that the kitchen has to do with, kept up to date by the live stream. */
export function useBoard() {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const readSoon = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      readAnew(queries, boardKey);
    }, READ_EVERY_MS);
  };
  const isLive = useLiveEvents(
    '/api/stream',
    ({ type }) => {
      if (type.startsWith('order.') || type.startsWith('payment.')) readSoon();
    },
    readSoon,
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  const [isAway, setIsAway] = useState(false);
  useEffect(() => {
    if (isLive) return setIsAway(false);
    const later = setTimeout(() => setIsAway(true), AWAY_AFTER_MS);
    return () => clearTimeout(later);
  }, [isLive]);
  const { data: orders, error } = useQuery({
    queryKey: boardKey,
    queryFn: readOpenOrders,
    refetchInterval: (query) => (isLive ? shouldRetry(query) || LOOK_MS : POLL_MS),
  });
  return { orders, isLive, isAway, error };
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
