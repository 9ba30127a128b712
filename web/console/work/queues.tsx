import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';
import { Problem } from '../parts/problem.tsx';

const REFRESH_MS = 3_000;

export function Queues() {
  const { data, error } = useQuery({
    queryKey: ['queues'],
    queryFn: () => readBody(api.GET('/api/operations/queues')),
    refetchInterval: REFRESH_MS,
  });
  if (error) return <Problem error={error} />;
  const queues = data?.data ?? [];
  return (
    <>
      <Table maw={720}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Queue</Table.Th>
            <Table.Th ta="right">Waiting</Table.Th>
            <Table.Th ta="right">Active</Table.Th>
            <Table.Th ta="right">Delayed</Table.Th>
            <Table.Th ta="right">Dead letters</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {queues.map(({ name, waiting, active, delayed, failed }) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              <Table.Td ta="right" className="number">
                {waiting}
              </Table.Td>
              <Table.Td ta="right" className="number">
                {active}
              </Table.Td>
              <Table.Td ta="right" className="number">
                {delayed}
              </Table.Td>
              <Table.Td ta="right" className="number">
                <Text span inherit fw={failed > 0 ? 700 : 400} className={failed > 0 ? 'late' : ''}>
                  {failed}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {data !== undefined && queues.length === 0 && (
        <Text c="dimmed" py="md">
          No jobs are waiting.
        </Text>
      )}
    </>
  );
}
