import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';
import { serverClock } from '../../shared/fetch-reply.ts';
import { notifyProblem } from '../parts/problem.tsx';
import { shopKey } from '../parts/use-shop.ts';

/** `minutes` null: until somebody takes orders again. */
export type PauseCommand = { readonly minutes: number | null } | 'resume';

/** Pauses the shop or ends the pause, whatever else of its settings has changed meanwhile. */
export function usePause() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (command: PauseCommand) =>
      readBody(api.PATCH('/api/shop', { body: toChange(command) })),
    onSuccess: (shop) => queries.setQueryData(shopKey, shop),
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: shopKey }),
  });
}

function toChange(command: PauseCommand) {
  if (command === 'resume') return { acceptingOrders: true };
  const { minutes } = command;
  const pausedUntil =
    minutes === null ? null : new Date(serverClock.nowMs() + minutes * 60_000).toISOString();
  return { acceptingOrders: false, pausedUntil };
}
