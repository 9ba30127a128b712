import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, readBody } from '../../shared/api.ts';

/** The server's largest page. */
const PAGE_SIZE = 100;
/** A menu of up to so many pages is loaded at once, so that all its sections are shown. */
const PAGES_AT_ONCE = 5;

/** Reads the products in the order of the menu. */
export function useMenu(search: string) {
  const menu = useInfiniteQuery({
    queryKey: ['products', search],
    queryFn: ({ pageParam }) =>
      readBody(
        api.GET('/api/products', {
          params: {
            query: {
              sort: 'menu',
              limit: PAGE_SIZE,
              ...(search === '' ? {} : { search }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (previous) => previous,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = menu;
  const pageCount = data?.pages.length ?? 0;
  useEffect(() => {
    const isWanted = hasNextPage && pageCount < PAGES_AT_ONCE;
    if (isWanted && !isFetching && !isError) fetchNextPage();
  }, [hasNextPage, pageCount, isFetching, isError, fetchNextPage]);
  return {
    ...menu,
    products: data?.pages.flatMap((page) => page.data),
    /** Whether there is more that is only loaded on demand. */
    hasMore: hasNextPage && pageCount >= PAGES_AT_ONCE,
  };
}
