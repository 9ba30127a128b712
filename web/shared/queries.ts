import { QueryClient } from '@tanstack/react-query';
import { HoldfastError } from './api.ts';

/** The client below has tried several times already; a refusal is an answer. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => !(error instanceof HoldfastError) && failures < 2,
        staleTime: 5_000,
        refetchOnWindowFocus: true,
      },
    },
  });
}
