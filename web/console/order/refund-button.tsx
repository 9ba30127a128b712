import { Button, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api, type Payment } from '../../shared/api.ts';
import { formatMoney, parseMoney } from '../../shared/money.ts';
import { useProfile } from '../../shared/session.ts';
import { Problem } from '../parts/problem.tsx';

/** For admins, while there is money of the payment left. */
export function RefundButton({ payment }: { payment: Payment }) {
  const profile = useProfile();
  const [isOpen, { open, close }] = useDisclosure();
  const left = payment.captured.amount - payment.refunded.amount;
  if (profile?.role !== 'admin' || (left <= 0 && payment.status !== 'FLAGGED')) return null;
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open}>
        Refund…
      </Button>
      <Modal opened={isOpen} onClose={close} title="Refund">
        <RefundForm payment={payment} onDone={close} />
      </Modal>
    </>
  );
}

function RefundForm({ payment, onDone }: { payment: Payment; onDone: () => void }) {
  const queries = useQueryClient();
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const money = parseMoney(amount, payment.amount.currency);
  const refund = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/payments/{id}/refunds', {
          params: { path: { id: payment.id } },
          body: { reason: reason.trim(), ...(money === null ? {} : { amount: money }) },
        }) as Promise<{ data?: unknown }>,
      ),
    onSuccess: onDone,
    onSettled: () => {
      queries.invalidateQueries({ queryKey: ['order', payment.orderId] });
      queries.invalidateQueries({ queryKey: ['payments'] });
    },
  });
  const left = {
    amount: payment.captured.amount - payment.refunded.amount,
    currency: payment.amount.currency,
  };
  const isWrong = amount.trim() !== '' && money === null;
  return (
    <Stack>
      <Text size="sm">The order keeps its status. The customer gets a mail when it is done.</Text>
      <TextInput
        label="Amount"
        description={`Empty: all that is left, ${formatMoney(left)}.`}
        inputMode="decimal"
        value={amount}
        error={isWrong ? 'Write an amount such as 12.50.' : undefined}
        onChange={({ currentTarget }) => setAmount(currentTarget.value)}
      />
      <Textarea
        label="Reason"
        required
        maxLength={500}
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
      <Problem error={refund.error} />
      <Button
        disabled={isWrong || reason.trim() === ''}
        loading={refund.isPending}
        onClick={() => refund.mutate()}
      >
        Refund {money === null ? 'all that is left' : formatMoney(money)}
      </Button>
    </Stack>
  );
}
