import { useSyncExternalStore } from 'react';
import { type Api, api, createApiWithoutCookies } from '../shared/api.ts';
import { routerBase, storageKey } from '../shared/paths.ts';

/**
 * The tokens of orders that were placed without an account. The browser stores them, because the payment page leads back
 * here without one, and because the link in the mail may be far away.
 */
const PREFIX = storageKey('order-token.');

/** The newest ones are kept. */
const ORDERS_MAX = 20;

/** The link in a mail: the token is in the fragment, which browsers send to no server. */
const LINK = /^#\/orders\/([0-9a-f-]{36})(?:\?token=([\w.-]+))?$/;

const listeners = new Set<() => void>();

function notify(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

addEventListener('storage', ({ key }) => {
  if (key === null || key.startsWith(PREFIX)) notify();
});

export function keepOrderToken(orderId: string, token: string): void {
  localStorage.setItem(PREFIX + orderId, token);
  for (const old of listOrdersWithToken().slice(ORDERS_MAX)) localStorage.removeItem(PREFIX + old);
  notify();
}

export function forgetOrderToken(orderId: string): void {
  localStorage.removeItem(PREFIX + orderId);
  notify();
}

/** Returns the ids of the orders whose tokens this browser has, newest first. */
function listOrdersWithToken(): string[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => key.slice(PREFIX.length))
    .sort()
    .reverse();
}

/** Returns the ids of the orders whose tokens this browser has, newest first. */
export function useOrdersWithToken(): readonly string[] {
  // As one text, which is equal as long as they are.
  const ids = useSyncExternalStore(subscribe, () => listOrdersWithToken().join(' '));
  return ids === '' ? [] : ids.split(' ');
}

export function findOrderToken(orderId: string): string | null {
  return localStorage.getItem(PREFIX + orderId);
}

/** Returns the token of an order, if this browser has one. */
export function useOrderToken(orderId: string): string | null {
  return useSyncExternalStore(subscribe, () => findOrderToken(orderId));
}

/** Returns the operations for an order: with its token, or else as the user who is signed in. */
export function apiForOrder(orderId: string): Api {
  const token = findOrderToken(orderId);
  return token === null ? api : createApiWithoutCookies(token);
}

/** Opens the order that a link names, and removes its token from the address bar and the history. */
export function followOrderLink(): void {
  const [, orderId, token] = LINK.exec(location.hash) ?? [];
  if (orderId === undefined) return;
  if (token !== undefined) keepOrderToken(orderId, token);
  history.replaceState(null, '', `${routerBase}/orders/${orderId}`);
}
