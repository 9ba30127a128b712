import { QueryClient } from '@tanstack/react-query';
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
