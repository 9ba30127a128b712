import { Button, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api, type Charge, type Money, type Payment } from '../../shared/api.ts';
import { formatMoney, parseMoney } from '../../shared/money.ts';
import { useProfile } from '../../shared/session.ts';
import { Problem } from '../parts/problem.tsx';
import { chargeSentence, leftOf } from './charge.ts';

/** For admins, while there is money of the payment left. */
export function RefundButton({ payment }: { payment: Payment }) {
  const profile = useProfile();
  const [isOpen, { open, close }] = useDisclosure();
  const charges = payment.charges.filter((charge) => leftOf(charge).amount > 0);
  if (profile?.role !== 'admin' || charges.length === 0) return null;
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open}>
        Refund…
      </Button>
      <Modal opened={isOpen} onClose={close} title="Refund">
        <RefundForm payment={payment} charges={charges} onDone={close} />
      </Modal>
    </>
  );
}

interface RefundFormProps {
  readonly payment: Payment;
  /** Those with money left, at least one. */
  readonly charges: readonly Charge[];
  readonly onDone: () => void;
}

function RefundForm({ payment, charges, onDone }: RefundFormProps) {
  const queries = useQueryClient();
  const [reference, setReference] = useState(
    charges.length === 1 ? charges[0]!.providerReference : null,
  );
  const charge = charges.find(({ providerReference }) => providerReference === reference);
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const money: Money | null =
    charge === undefined ? null : parseMoney(amount, charge.amount.currency);
  const refund = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/payments/{id}/refunds', {
          params: { path: { id: payment.id } },
          body: {
            reason: reason.trim(),
            ...(charge === undefined ? {} : { providerReference: charge.providerReference }),
            ...(money === null ? {} : { amount: money }),
          },
        }) as Promise<{ data?: unknown }>,
      ),
    onSuccess: onDone,
    onSettled: () => {
      queries.invalidateQueries({ queryKey: ['order', payment.orderId] });
      queries.invalidateQueries({ queryKey: ['payments'] });
    },
  });
  const isWrong = charge !== undefined && amount.trim() !== '' && money === null;
  return (
    <Stack>
      <Text size="sm">The order keeps its status. The customer gets a mail when it is done.</Text>
      {charges.length > 1 && (
        <Select
          label="Charge"
          required
          placeholder="Which money goes back"
          data={charges.map((one) => ({
            value: one.providerReference,
            label: `${chargeSentence(one)} (${one.providerReference})`,
          }))}
          value={reference}
          onChange={setReference}
        />
      )}
      <TextInput
        label="Amount"
        description={
          charge === undefined
            ? 'Empty: all that is left of the charge.'
            : `Empty: all that is left, ${formatMoney(leftOf(charge))}.`
        }
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
        disabled={charge === undefined || isWrong || reason.trim() === ''}
        loading={refund.isPending}
        onClick={() => refund.mutate()}
      >
        Refund {money === null ? 'all that is left' : formatMoney(money)}
      </Button>
    </Stack>
  );
}
