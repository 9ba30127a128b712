import { Button, Center, Group, Loader, Text } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Problem } from './problem.tsx';

interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

/** A list of the server, page by page. `load` gets the cursor of the page before, or nothing. */
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
  /** What is said when there is nothing at all. */
  readonly empty: string;
}

/** What stands below a list: its failure, that it is empty, or the way to more. */
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
