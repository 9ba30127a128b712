import { type Query, QueryClient, type QueryKey } from '@tanstack/react-query';
import { ConnectionError, HoldfastError, isTransient } from './api.ts';

/** Nobody should have to touch a page that a break of the server left without its content. */
const ASK_AGAIN_MS = 10_000;

/** The client below has tried several times already before it says that something failed. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A server in the same house is reached without the internet, and only the call itself can tell.
        networkMode: 'always',
        retry: false,
        refetchInterval: shouldRetry,
        staleTime: 5_000,
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** For `refetchInterval`: after how long what failed is asked for again; false when it is well, or was refused. */
export function shouldRetry({ state }: { readonly state: { readonly error: Error | null } }) {
  return mayStillSucceed(state.error) ? ASK_AGAIN_MS : false;
}

/** Not after a refusal, which is an answer, nor after a fault of the page, which stays. */
function mayStillSucceed(error: Error | null): boolean {
  return error instanceof HoldfastError
    ? isTransient(error.status)
    : error instanceof ConnectionError;
}

/** First loads after which their query is read once more. */
const readAgain = new WeakSet<Query>();

/**
 * Reads these queries anew, after a change that was made elsewhere. A first load that is under way may have been answered
 * before the change; invalidating alone would take its answer for the new one, so it is followed by another.
 */
export function readAnew(queries: QueryClient, queryKey: QueryKey): void {
  for (const query of queries.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching' })) {
    if (query.state.data !== undefined || readAgain.has(query)) continue;
    readAgain.add(query);
    const again = () => {
      readAgain.delete(query);
      void queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    };
    void query.promise?.then(again, again);
  }
  void queries.invalidateQueries({ queryKey });
}
