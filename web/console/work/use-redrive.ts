import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, HoldfastError, readBody } from '../../shared/api.ts';
import { notifyProblem } from '../parts/problem.tsx';

export const deadLettersKey = ['dead-letters'] as const;

const PAGE_SIZE = 100;

interface Progress {
  readonly sent: number;
  readonly total: number;
}

/**
 * Redrives dead letters: the given ones, or all that exist when it starts. `progress` is set while it sends several.
 */
export function useRedrive() {
  const queries = useQueryClient();
  const [progress, setProgress] = useState<Progress | null>(null);
  const redrive = useMutation({
    async mutationFn(which: readonly string[] | 'all') {
      // All ids are read first: a job that fails again moves to the front of the list and would be sent for ever.
      const ids = which === 'all' ? await readAllIds() : which;
      for (const [sent, id] of ids.entries()) {
        if (ids.length > 1) setProgress({ sent, total: ids.length });
        await send(id);
      }
      return ids.length;
    },
    onSuccess: (count) =>
      notifications.show({
        message: count === 1 ? 'It is on its way.' : `${count} are on their way.`,
      }),
    onError: notifyProblem,
    onSettled: () => {
      setProgress(null);
      queries.invalidateQueries({ queryKey: deadLettersKey });
      queries.invalidateQueries({ queryKey: ['queues'] });
    },
  });
  return { redrive: redrive.mutate, isPending: redrive.isPending, progress };
}

async function readAllIds(): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: PAGE_SIZE };
    if (cursor !== null) query.cursor = cursor;
    const page: { data: { id: string }[]; nextCursor: string | null } = await readBody(
      api.GET('/api/operations/dead-letters', { params: { query } }),
    );
    ids.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

/** Redrives one dead letter. Another user may have done so a moment before, which is just as good. */
async function send(id: string): Promise<void> {
  try {
    await api.POST('/api/operations/dead-letters/{id}/redrive', { params: { path: { id } } });
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.status !== 404) throw error;
  }
}
