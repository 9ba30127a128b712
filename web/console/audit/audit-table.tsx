import { Text, Tooltip } from '@mantine/core';
import { describeBrowser } from '../../shared/browser-name.ts';
import { BlockCell, BlockRow, BlockTable } from '../parts/block-table.tsx';
import { formatDateAndTime, formatExactly } from '../parts/shop-clock.ts';
import { AuditActor } from './audit-actor.tsx';
import { AuditDetails } from './audit-details.tsx';
import type { AuditRow } from './audit-row.ts';
import { describeAudit } from './audit-words.ts';
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

/** Shows changes, newest first: when, who, what, and from where. */
export function AuditTable({ caption, rows, context, withSubjects }: AuditTableProps) {
  return (
    <BlockTable
      caption={caption}
      headings={['When', 'Who', 'What', 'From where']}
      className="audit"
    >
      {rows.map((row) => (
        <Row key={row.id} row={row} context={context} withSubject={withSubjects} />
      ))}
    </BlockTable>
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
    <BlockRow>
      <BlockCell>
        <Tooltip label={formatExactly(row.at, timeZone)} openDelay={300}>
          <Text component="time" dateTime={row.at} size="sm" className="number">
            {formatDateAndTime(row.at, timeZone)}
          </Text>
        </Tooltip>
      </BlockCell>
      <BlockCell>
        <AuditActor row={row} />
      </BlockCell>
      <BlockCell>
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
      </BlockCell>
      <BlockCell>
        <Origin row={row} />
      </BlockCell>
    </BlockRow>
  );
}

function Origin({ row: { actor, cause } }: { row: AuditRow }) {
  const { address, userAgent } = cause;
  if (address === null && userAgent === null) {
    const isOwn = actor.type === 'system' || actor.type === 'operator';
    return (
      <Text size="sm" c="dimmed">
        {/* From where others came goes with the person who was erased. */}
        {isOwn ? 'this server' : 'not kept'}
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
