import { Button, Code, Group, Table, Text } from '@mantine/core';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { Timestamp } from '../parts/timestamp.tsx';
import { deadLettersKey, useRedrive } from './use-redrive.ts';

type DeadLetter = ItemOf<'listDeadLetters'>;

export function DeadLetters() {
  const letters = usePages(deadLettersKey, (cursor) =>
    readBody(api.GET('/api/operations/dead-letters', { params: { query: cursor } })),
  );
  const { redrive, isPending, progress } = useRedrive();
  const shown = letters.items ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text c="dimmed">
          Work that has used all its attempts. Fix the cause, then send it again with all its
          attempts.
        </Text>
        {shown.length > 1 && (
          <Group gap="sm">
            <Text size="sm" role="status" className="number">
              {progress !== null && `${progress.sent} of ${progress.total} sent`}
            </Text>
            <Button variant="default" loading={isPending} onClick={() => redrive('all')}>
              Send all again
            </Button>
          </Group>
        )}
      </Group>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing="xs">
          <Table.Tbody>
            {shown.map((letter) => (
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
  const { redrive, isPending } = useRedrive();
  return (
    <Table.Tr>
      <Table.Td>
        <Text fw={600}>{letter.job}</Text>
        <Text size="sm" c="dimmed" component="div">
          {letter.queue} · {letter.attempts} {letter.attempts === 1 ? 'attempt' : 'attempts'} ·{' '}
          <Timestamp at={letter.failedAt} span c="dimmed" />
        </Text>
        <Code block mt={4}>
          {letter.error}
        </Code>
      </Table.Td>
      <Table.Td ta="right" valign="top">
        <Button variant="default" loading={isPending} onClick={() => redrive([letter.id])}>
          Send again
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
