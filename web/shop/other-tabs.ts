import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { storageKey } from '../shared/paths.ts';
import { readAnew } from '../shared/queries.ts';
import { useSessionElsewhere } from '../shared/session.ts';

/** Says that the cart on the server has changed. A tab does not hear itself. */
const carts = new BroadcastChannel(storageKey('cart'));

/** After a change of the cart on the server. */
export function notifyOtherTabs(): void {
  carts.postMessage('changed');
}

/** Shows what other tabs of this browser change: the cart, and who is signed in. */
export function useOtherTabs(): void {
  const queries = useQueryClient();
  useSessionElsewhere();
  useEffect(() => {
    const onCart = () => readAnew(queries, ['cart']);
    carts.addEventListener('message', onCart);
    return () => carts.removeEventListener('message', onCart);
  }, [queries]);
}
