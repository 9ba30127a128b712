import { Anchor, List, Text, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Fragment, type ReactNode } from 'react';
import type { AuditRow } from './audit-row.ts';
import { formatLabel, formatValue, type ValueContext } from './format-value.ts';
import { type Change, isEmpty, isPlain, listChanges, type Path } from './list-changes.ts';

const CHANGES_SHOWN = 5;
const ITEMS_SHOWN = 5;
const TEXT_LENGTH_SHOWN = 160;

interface ChangeListProps {
  readonly row: Pick<AuditRow, 'before' | 'after'>;
  readonly context: ValueContext;
}

/** Shows what differs before and after a change. */
export function ChangeList({ row, context }: ChangeListProps) {
  const changes = listChanges(row);
  const items = changes.map((change) => (
    <List.Item key={change.path.map(formatLabel).join('/')}>
      <PathLabel path={change.path} />: <Difference change={change} context={context} />
    </List.Item>
  ));
  if (items.length === 0) return null;
  return <FoldedList items={items} max={CHANGES_SHOWN} what="values" />;
}

function PathLabel({ path }: { path: Path }) {
  return path.map((part, place) => {
    const label = formatLabel(part);
    return (
      <Fragment key={label}>
        {place > 0 && ' › '}
        <bdi>{label}</bdi>
      </Fragment>
    );
  });
}

function Difference({ change, context }: { change: Change; context: ValueContext }) {
  const field = change.path.at(-1) as string;
  const format = (value: unknown) => formatValue(field, value, context);
  if (change.kind === 'list') {
    return (
      <ItemList
        items={[
          ...change.removed.map((value) => ({ word: 'removed', text: format(value) })),
          ...change.added.map((value) => ({ word: 'added', text: format(value) })),
        ]}
      />
    );
  }
  const { before, after } = change;
  if (isEmpty(before) && Array.isArray(after) && after.some(isPlain)) {
    return <ItemList items={after.map((item) => ({ word: '', text: format(item) }))} />;
  }
  if (after === undefined) return <Value text={format(before)} />;
  if (isEmpty(before)) return <Value text={format(after)} />;
  return (
    <>
      <Text span inherit c="dimmed">
        <VisuallyHidden>before </VisuallyHidden>
        <Value text={format(before)} />
      </Text>{' '}
      <span aria-hidden>→</span>
      <VisuallyHidden>, after </VisuallyHidden> <Value text={format(after)} />
    </>
  );
}

interface Item {
  /** Whether it was added or removed, if there are others. */
  readonly word: string;
  readonly text: string;
}

function ItemList({ items }: { items: readonly Item[] }) {
  const lines = items.map(({ word, text }) => (
    <List.Item key={`${word} ${text}`}>
      {word} <Value text={text} />
    </List.Item>
  ));
  return <FoldedList items={lines} max={ITEMS_SHOWN} what="items" />;
}

/** Shows a value, of a long one the beginning. */
function Value({ text }: { text: string }) {
  const [isOpen, { toggle }] = useDisclosure();
  if (text.length <= TEXT_LENGTH_SHOWN) return <bdi className="audit-value">{text}</bdi>;
  return (
    <>
      <bdi className="audit-value">{isOpen ? text : `${text.slice(0, TEXT_LENGTH_SHOWN)}…`}</bdi>{' '}
      <Toggle isOpen={isOpen} onToggle={toggle} more="the whole text" />
    </>
  );
}

interface FoldedListProps {
  readonly items: readonly ReactNode[];
  readonly max: number;
  readonly what: string;
}

/** Shows the first items of a list, and the others on demand. */
function FoldedList({ items, max, what }: FoldedListProps) {
  const [isOpen, { toggle }] = useDisclosure();
  // A button for a single line would take as much space as the line.
  const isFolded = items.length > max + 1;
  return (
    <>
      <List size="sm" className="audit-changes" listStyleType="none">
        {isFolded && !isOpen ? items.slice(0, max) : items}
      </List>
      {isFolded && (
        <div>
          <Toggle isOpen={isOpen} onToggle={toggle} more={`${items.length - max} more ${what}`} />
        </div>
      )}
    </>
  );
}

interface ToggleProps {
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly more: string;
}

function Toggle({ isOpen, onToggle, more }: ToggleProps) {
  return (
    <Anchor component="button" type="button" size="xs" aria-expanded={isOpen} onClick={onToggle}>
      {isOpen ? 'Show less' : `Show ${more}`}
    </Anchor>
  );
}
