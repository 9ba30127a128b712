import { Button, Center, Group, Loader, Text } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Problem } from './problem.tsx';

interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

/** Returns a list of the server, page by page. `load` receives the cursor of the previous page, if any. */
export function usePages<Item>(
  queryKey: readonly unknown[],
  load: (cursor: { cursor?: string }) => Promise<Page<Item>>,
  options: { readonly refetchInterval?: number } = {},
) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => load(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (previous) => previous,
    ...options,
  });
  return { ...query, items: query.data?.pages.flatMap(({ data }) => data) };
}

interface PageFootProps {
  readonly query: Pick<
    UseInfiniteQueryResult,
    'error' | 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage' | 'refetch'
  > & { readonly items: readonly unknown[] | undefined };
  /** The text for an empty list. */
  readonly empty: string;
}

/** Shows what follows a list: its error, the text for an empty list, or a button for more. */
export function PageFoot({ query, empty }: PageFootProps) {
  if (query.error) {
    return <Problem error={query.error} mt="md" onRetry={() => query.refetch()} />;
  }
  if (query.items === undefined) {
    return (
      <Center py="xl">
        <Loader role="status" aria-label="Loading" />
      </Center>
    );
  }
  if (query.items.length === 0) {
    return (
      <Text c="dimmed" ta="center" py="xl">
        {empty}
      </Text>
    );
  }
  if (!query.hasNextPage) return null;
  return (
    <Group justify="center" mt="md">
      <Button
        variant="default"
        loading={query.isFetchingNextPage}
        onClick={() => query.fetchNextPage()}
      >
        Show more
      </Button>
    </Group>
  );
}
