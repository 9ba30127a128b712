import { QueryClient } from '@tanstack/react-query';
import { ConnectionError, HoldfastError, mayPass } from './api.ts';

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
        refetchInterval: askAgain,
        staleTime: 5_000,
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** For `refetchInterval`: after how long what failed is asked for again; false when it is well, or was refused. */
export function askAgain({ state }: { readonly state: { readonly error: Error | null } }) {
  return maySucceed(state.error) ? ASK_AGAIN_MS : false;
}

/** Not after a refusal, which is an answer, nor after a fault of the page, which stays. */
function maySucceed(error: Error | null): boolean {
  return error instanceof HoldfastError ? mayPass(error.status) : error instanceof ConnectionError;
}
