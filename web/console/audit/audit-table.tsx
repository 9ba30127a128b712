import { Table, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { formatDateAndTime, formatExactly } from '../parts/shop-clock.ts';
import { AuditActor } from './audit-actor.tsx';
import { AuditDetails } from './audit-details.tsx';
import type { AuditRow } from './audit-row.ts';
import { describeAudit } from './audit-words.ts';
import { describeBrowser } from '../../shared/browser-name.ts';
import { ChangeList } from './change-list.tsx';
import type { ValueContext } from './format-value.ts';
import { SubjectLink } from './subject-link.tsx';

interface AuditTableProps {
  /** What the table shows, for those who hear it. */
  readonly caption: string;
  readonly rows: readonly AuditRow[];
  readonly context: ValueContext;
  /** Whether the rows are about different subjects, which they then name. */
  readonly withSubjects: boolean;
}

/**
 * Shows changes, newest first: when, who, what, and from where. Where it is narrow, each row becomes a block; the roles
 * are written out because browsers drop those of a table that is not laid out as one.
 */
export function AuditTable({ caption, rows, context, withSubjects }: AuditTableProps) {
  return (
    <div className="audit">
      <Table role="table" verticalSpacing="sm">
        <caption>
          <VisuallyHidden>{caption}</VisuallyHidden>
        </caption>
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {['When', 'Who', 'What', 'From where'].map((heading) => (
              <Table.Th key={heading} role="columnheader" scope="col">
                {heading}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {rows.map((row) => (
            <Row key={row.id} row={row} context={context} withSubject={withSubjects} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

interface RowProps {
  readonly row: AuditRow;
  readonly context: ValueContext;
  readonly withSubject: boolean;
}

function Row({ row, context, withSubject }: RowProps) {
  const { timeZone } = context;
  return (
    <Table.Tr role="row">
      <Table.Td role="cell">
        <Tooltip label={formatExactly(row.at, timeZone)} openDelay={300}>
          <Text component="time" dateTime={row.at} size="sm" className="number">
            {formatDateAndTime(row.at, timeZone)}
          </Text>
        </Tooltip>
      </Table.Td>
      <Table.Td role="cell">
        <AuditActor row={row} />
      </Table.Td>
      <Table.Td role="cell">
        <Text fw={600} size="sm">
          {describeAudit(row)}
        </Text>
        {withSubject && <SubjectLink row={row} />}
        {row.reason !== null && (
          <Text size="sm">
            “<bdi>{row.reason}</bdi>”
          </Text>
        )}
        <ChangeList row={row} context={context} />
        <AuditDetails row={row} timeZone={timeZone} />
      </Table.Td>
      <Table.Td role="cell">
        <Origin cause={row.cause} />
      </Table.Td>
    </Table.Tr>
  );
}

function Origin({ cause: { address, userAgent } }: Pick<AuditRow, 'cause'>) {
  if (address === null && userAgent === null) {
    return (
      <Text size="sm" c="dimmed">
        this server
      </Text>
    );
  }
  return (
    <>
      <Text size="sm" className="number audit-value">
        {address}
      </Text>
      {userAgent !== null && (
        <Text size="sm" c="dimmed">
          <bdi>{describeBrowser(userAgent)}</bdi>
        </Text>
      )}
    </>
  );
}
