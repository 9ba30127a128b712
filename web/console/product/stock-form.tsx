import { Button, Group, NumberInput, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../../shared/api.ts';
import { Problem } from '../parts/problem.tsx';

/** A correction of what lies on the shelf: how many more or fewer, and why. */
export function StockForm({ productId }: { productId: string }) {
  const queries = useQueryClient();
  const [delta, setDelta] = useState<number | string>('');
  const [reason, setReason] = useState('');
  const adjust = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/products/{id}/stock-adjustments', {
          params: { path: { id: productId } },
          body: { delta: Number(delta), reason: reason.trim() },
        }) as Promise<{ data?: { onHand: number } }>,
      ),
    onSuccess({ onHand }) {
      notifications.show({ message: `There are ${onHand} on hand now.` });
      setDelta('');
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
      <Group align="end">
        <NumberInput
          label="Change"
          placeholder="+10 or -2"
          allowDecimal={false}
          value={delta}
          onChange={setDelta}
          w={120}
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
          loading={adjust.isPending}
          disabled={Number(delta) === 0 || reason.trim() === ''}
        >
          Correct
        </Button>
      </Group>
      <Problem error={adjust.error} mt="sm" />
    </form>
  );
}
