import { Button, Code, Group, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, type ItemOf } from '../../shared/api.ts';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { notifyProblem } from '../parts/problem.tsx';
import { When } from '../parts/when.tsx';

type DeadLetter = ItemOf<'listDeadLetters'>;

const deadLettersKey = ['dead-letters'] as const;

export function DeadLetters() {
  const letters = usePages(deadLettersKey, (cursor) =>
    answerOf(api.GET('/api/operations/dead-letters', { params: { query: cursor } })),
  );
  const redrive = useRedrive();
  const all = letters.items ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text c="dimmed">
          Work that used up its tries. Mend the cause, then send it again: it gets all its tries
          anew.
        </Text>
        {all.length > 1 && (
          <Button
            variant="default"
            loading={redrive.isPending}
            onClick={() => redrive.mutate(all.map(({ id }) => id))}
          >
            Send all {all.length} again
          </Button>
        )}
      </Group>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing="xs">
          <Table.Tbody>
            {all.map((letter) => (
              <Row key={letter.id} letter={letter} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <PageFoot query={letters} empty="Nothing has failed for good." />
    </>
  );
}

function Row({ letter }: { letter: DeadLetter }) {
  const redrive = useRedrive();
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={600}>{letter.job}</Text>
        <Text size="sm" c="dimmed" component="div">
          {letter.queue} · {letter.attempts} {letter.attempts === 1 ? 'try' : 'tries'} ·{' '}
          <When at={letter.failedAt} span c="dimmed" />
        </Text>
        <Code block mt={4}>
          {letter.error}
        </Code>
      </Table.Td>
      <Table.Td ta="right" valign="top">
        <Button
          variant="default"
          loading={redrive.isPending}
          onClick={() => redrive.mutate([letter.id])}
        >
          Send again
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function useRedrive() {
  const queries = useQueryClient();
  return useMutation({
    async mutationFn(ids: readonly string[]) {
      for (const id of ids) {
        await api.POST('/api/operations/dead-letters/{id}/redrive', { params: { path: { id } } });
      }
      return ids.length;
    },
    onSuccess: (count) =>
      notifications.show({
        message: count === 1 ? 'It is on its way.' : `${count} are on their way.`,
      }),
    onError: notifyProblem,
    onSettled: () => {
      queries.invalidateQueries({ queryKey: deadLettersKey });
      queries.invalidateQueries({ queryKey: ['queues'] });
    },
  });
}
