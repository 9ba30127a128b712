import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { storageKey } from '../shared/paths.ts';
import { refreshQueries } from '../shared/queries.ts';
import { useSessionElsewhere } from '../shared/session.ts';

/** Announces that the cart on the server has changed. A tab does not receive its own messages. */
const carts = new BroadcastChannel(storageKey('cart'));

/** Tells other tabs that this one has changed the cart on the server. */
export function notifyOtherTabs(): void {
  carts.postMessage('changed');
}

/** Follows what other tabs of this browser change: the cart, and who is signed in. */
export function useOtherTabs(): void {
  const queries = useQueryClient();
  useSessionElsewhere();
  useEffect(() => {
    const onCart = () => refreshQueries(queries, ['cart']);
    carts.addEventListener('message', onCart);
    return () => carts.removeEventListener('message', onCart);
  }, [queries]);
}
