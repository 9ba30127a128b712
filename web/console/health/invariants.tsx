import { Alert, Badge, Button, Card, Code, Group, Table, Text, Title } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { api, type ReplyOf, readBody } from '../../shared/api.ts';
import { formatWhole } from '../../shared/whole-number.ts';
import { Problem } from '../parts/problem.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

type Report = ReplyOf<'checkInvariants'>;
type Invariant = Report['invariants'][number];

const VIOLATIONS_SHOWN_MAX = 20;

/** Proves on request, on the live data, that nothing was lost, duplicated or oversold. */
export function Invariants() {
  const check = useMutation({
    mutationFn: () => readBody(api.GET('/api/operations/invariants')),
  });
  const report = check.data;
  return (
    <Card withBorder component="section" aria-label="Invariants">
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2} size="h4">
            Invariants
          </Title>
          <Text size="sm" c="dimmed">
            What must hold for every order, every unit of stock and every penny.
          </Text>
        </div>
        <Button
          leftSection={<IconShieldCheck size={18} aria-hidden />}
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          Check now
        </Button>
      </Group>
      <Problem error={check.error} />
      <div aria-live="polite">{report !== undefined && <Verdict report={report} />}</div>
      {report !== undefined && <Results report={report} />}
    </Card>
  );
}

function Verdict({ report }: { report: Report }) {
  const broken = report.invariants.filter(({ ok }) => !ok).length;
  return (
    <Alert color={report.ok ? 'teal' : 'red'} mb="sm">
      <Text fw={600} component="div">
        {report.ok
          ? `All ${report.invariants.length} hold.`
          : `${broken} of ${report.invariants.length} ${broken === 1 ? 'is' : 'are'} broken.`}{' '}
        <Timestamp at={report.checkedAt} span />
      </Text>
    </Alert>
  );
}

function Results({ report }: { report: Report }) {
  // Broken invariants first, then the others, each in the server's order.
  const rows = report.invariants.toSorted((a, b) => Number(a.ok) - Number(b.ok));
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Invariant</Table.Th>
            <Table.Th ta="right" className="one-line">
              Rows checked
            </Table.Th>
            <Table.Th>Result</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((invariant) => (
            <Row key={invariant.name} invariant={invariant} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ invariant }: { invariant: Invariant }) {
  const { name, description, ok, checked, violationCount, violations } = invariant;
  const shown = violations.slice(0, VIOLATIONS_SHOWN_MAX);
  return (
    <Table.Tr>
      <Table.Td>
        {description}
        <Text size="xs" c="dimmed">
          {name}
        </Text>
        {shown.length > 0 && (
          <Code block mt="xs">
            {shown.map(({ id, detail }) => `${id}  ${detail}`).join('\n')}
            {violationCount > shown.length && `\nand ${violationCount - shown.length} more`}
          </Code>
        )}
      </Table.Td>
      <Table.Td ta="right" valign="top" className="number">
        {formatWhole(checked)}
      </Table.Td>
      <Table.Td valign="top">
        <Badge variant="light" color={ok ? 'teal' : 'red'}>
          {ok ? 'holds' : `${violationCount} broken`}
        </Badge>
      </Table.Td>
    </Table.Tr>
  );
}
