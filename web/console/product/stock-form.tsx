import { Button, Group, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, readBody } from '../../shared/api.ts';
import { formatChange, formatWhole, readChange } from '../../shared/whole-number.ts';
import { Problem } from '../parts/problem.tsx';
import { useWholeEntry, WholeField } from '../parts/whole-field.tsx';

/** Corrects the units on hand: how many more or fewer, and why. */
export function StockForm({ productId }: { productId: string }) {
  const queries = useQueryClient();
  const delta = useWholeEntry(readChange);
  const [reason, setReason] = useState('');
  const isNothing = delta.value === null || delta.value === 0;
  const adjust = useMutation({
    mutationFn: () =>
      readBody(
        api.POST('/api/products/{id}/stock-adjustments', {
          params: { path: { id: productId } },
          body: { delta: delta.value ?? 0, reason: reason.trim() },
        }) as Promise<{ data?: { onHand: number } }>,
      ),
    onSuccess({ onHand }) {
      notifications.show({ message: `${formatWhole(onHand)} now on hand.` });
      delta.setText('');
      setReason('');
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['product', productId] }),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        adjust.mutate();
      }}
    >
      <Group align="start">
        <WholeField
          label="Change"
          placeholder={`${formatChange(10)} or ${formatChange(-2)}`}
          inputMode="text"
          entry={delta}
          w={160}
        />
        <TextInput
          label="Reason"
          placeholder="Delivery, breakage, count"
          maxLength={500}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
          flex={1}
        />
        <Button
          type="submit"
          variant="default"
          // In line with the fields, below their labels.
          mt={26}
          loading={adjust.isPending}
          disabled={isNothing || reason.trim() === ''}
        >
          Correct{isNothing ? '' : ` by ${formatChange(delta.value ?? 0)}`}
        </Button>
      </Group>
      <Problem error={adjust.error} mt="sm" />
    </form>
  );
}
