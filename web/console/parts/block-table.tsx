import { Table, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';

interface BlockTableProps {
  /** What the table shows, for those who hear it. */
  readonly caption: string;
  readonly headings: readonly string[];
  /** Whether a last column without a visible heading has the actions of each row. */
  readonly withActions?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/**
 * A table in which each row becomes a block where it is narrow, such as on a phone. The roles are written out because
 * browsers drop those of a table that is not laid out as one.
 */
export function BlockTable({ caption, headings, withActions = false, ...rest }: BlockTableProps) {
  const { className = '', children } = rest;
  return (
    <div className={`blocks ${className}`}>
      <Table role="table" verticalSpacing="sm">
        <caption>
          <VisuallyHidden>{caption}</VisuallyHidden>
        </caption>
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {headings.map((heading) => (
              <Table.Th key={heading} role="columnheader" scope="col">
                {heading}
              </Table.Th>
            ))}
            {withActions && (
              <Table.Th role="columnheader" scope="col">
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">{children}</Table.Tbody>
      </Table>
    </div>
  );
}

export function BlockRow({ children }: { children: ReactNode }) {
  return <Table.Tr role="row">{children}</Table.Tr>;
}

interface BlockCellProps {
  /** The heading of the column, shown beside the content in a block. */
  readonly label?: string;
  readonly children: ReactNode;
}

export function BlockCell({ label, children }: BlockCellProps) {
  return (
    <Table.Td role="cell">
      {label !== undefined && (
        <span className="block-label" aria-hidden>
          {label}
        </span>
      )}
      {children}
    </Table.Td>
  );
}
