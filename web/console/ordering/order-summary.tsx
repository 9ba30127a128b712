import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { Bill } from '../../shared/bill.tsx';
import { LineDetails } from '../../shared/line-list.tsx';
import { formatMoney } from '../../shared/money.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { ChoiceForm, QUANTITY_MAX } from './choice-form.tsx';
import type { DraftLine, OrderDraft } from './draft.ts';
import { QuantityStepper } from './quantity-stepper.tsx';
import type { Quote, useQuote } from './use-quote.ts';

interface OrderSummaryProps {
  readonly draft: OrderDraft;
  readonly quoting: ReturnType<typeof useQuote>;
  onChange(change: Partial<OrderDraft>): void;
}

/** Shows the dishes of the order and what it costs. */
export function OrderSummary({ draft, quoting, onChange }: OrderSummaryProps) {
  const { quote, isPending, error } = quoting;
  const { lines } = draft;
  const [edited, setEdited] = useState<DraftLine | null>(null);
  const [isOpen, setOpen] = useState(false);
  const replace = (line: DraftLine, change: Partial<DraftLine>) => {
    const changed = lines.map((one) => (one.key === line.key ? { ...one, ...change } : one));
    onChange({ lines: changed.filter(({ quantity }) => quantity > 0) });
  };
  if (lines.length === 0) {
    return (
      <Text c="dimmed" size="sm">
        No dishes yet.
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <ul className="draft-lines">
        {lines.map((line, index) => (
          <DraftLineRow
            key={line.key}
            line={line}
            quoted={quote?.items.find((item) => item.line === index + 1)}
            onQuantity={(quantity) => replace(line, { quantity })}
            onEdit={() => {
              setEdited(line);
              setOpen(true);
            }}
          />
        ))}
      </ul>
      <Problem error={error} onRetry={() => quoting.refetch()} />
      {quote !== undefined && (
        <div className="order-bill draft-bill">
          <Bill bill={quote.bill} isPending={isPending} />
        </div>
      )}
      <Dialog
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={<bdi>{edited?.product.name}</bdi>}
      >
        {edited !== null && (
          <ChoiceForm
            key={edited.key}
            product={edited.product}
            line={edited}
            onDone={(choice) => {
              setOpen(false);
              replace(edited, choice);
            }}
          />
        )}
      </Dialog>
    </Stack>
  );
}

interface DraftLineRowProps {
  readonly line: DraftLine;
  readonly quoted: Quote['items'][number] | undefined;
  onQuantity(quantity: number): void;
  onEdit(): void;
}

function DraftLineRow({ line, quoted, onQuantity, onEdit }: DraftLineRowProps) {
  const { product, quantity, modifiers, note } = line;
  return (
    <li>
      <div className="draft-line">
        <Text component="span" fw={600} size="sm" className="draft-name">
          <bdi>{product.name}</bdi>
        </Text>
        <Text component="span" size="sm" className="number">
          {quoted !== undefined && formatMoney(quoted.total)}
        </Text>
      </div>
      <LineDetails modifiers={modifiers} note={note.trim() === '' ? null : note} />
      <Group gap="xs" justify="space-between" mt={4}>
        <QuantityStepper
          name={product.name}
          quantity={quantity}
          max={QUANTITY_MAX}
          onChange={onQuantity}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={`Change ${isolateDirection(product.name)}`}
          onClick={onEdit}
        >
          <IconPencil size={18} aria-hidden />
        </ActionIcon>
      </Group>
    </li>
  );
}
