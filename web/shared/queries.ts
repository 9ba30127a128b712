import {
  MutationCache,
  type Query,
  QueryCache,
  QueryClient,
  type QueryKey,
} from '@tanstack/react-query';
import { ConnectionError, HoldfastError, isTransient } from './api.ts';

/** A page that an outage left without its content recovers without a reload. */
const RETRY_MS = 10_000;

/** The first part of the key under which the signed-in user is kept. */
export const PROFILE_KEY = 'profile';

/** Refusals of users who have to do something else first. */
const restrictions = new Set(['auth.password_change_required', 'auth.factor_required']);

/** Creates a query client without retries: the API client has retried several times before a call fails. */
export function createQueries(): QueryClient {
  const onError = (error: unknown) => {
    const isRestricted = error instanceof HoldfastError && restrictions.has(error.code);
    // The page shows it by the profile, which may be older.
    if (isRestricted) void queries.invalidateQueries({ queryKey: [PROFILE_KEY] });
  };
  const queries = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // A server on the local network is reachable without the internet, and only the call itself can show it.
        networkMode: 'always',
        retry: false,
        refetchInterval: shouldRetry,
        staleTime: 5_000,
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: 'always' },
    },
  });
  return queries;
}

/** Returns the `refetchInterval` after which a failed query is repeated; false if it succeeded or was refused. */
export function shouldRetry({ state }: { readonly state: { readonly error: Error | null } }) {
  return mayStillSucceed(state.error) ? RETRY_MS : false;
}

/** Returns false after a refusal, which is an answer, and after an error of the page, which would recur. */
function mayStillSucceed(error: Error | null): boolean {
  return error instanceof HoldfastError
    ? isTransient(error.status)
    : error instanceof ConnectionError;
}

/** Queries that will be read again after their first load. */
const readAgain = new WeakSet<Query>();

/**
 * Reads these queries again after a change elsewhere. A first load in progress may have been answered before the
 * change; invalidating alone would accept that answer as current, so another load follows it.
 */
export function refreshQueries(queries: QueryClient, queryKey: QueryKey): void {
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
