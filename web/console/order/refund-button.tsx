import { Button, Select, Stack, Text, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Charge, type Payment, readBody } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { useProfile } from '../../shared/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { MoneyField, useMoneyEntry } from '../parts/money-field.tsx';
import { Problem } from '../parts/problem.tsx';
import { describeCharge, getRefundable } from './charge.ts';

/** Shown to admins while the payment has money left to refund. */
export function RefundButton({ payment }: { payment: Payment }) {
  const profile = useProfile();
  const [isOpen, { open, close }] = useDisclosure();
  const charges = payment.charges.filter((charge) => getRefundable(charge).amount > 0);
  if (profile?.role !== 'admin' || charges.length === 0) return null;
  return (
    <>
      <Button variant="default" size="compact-sm" flex="none" onClick={open}>
        Refund…
      </Button>
      <Dialog opened={isOpen} onClose={close} title="Refund">
        <RefundForm payment={payment} charges={charges} onDone={close} />
      </Dialog>
    </>
  );
}

interface RefundFormProps {
  readonly payment: Payment;
  /** At least one, each with money left to refund. */
  readonly charges: readonly Charge[];
  readonly onDone: () => void;
}

function RefundForm({ payment, charges, onDone }: RefundFormProps) {
  const queries = useQueryClient();
  const [reference, setReference] = useState(
    charges.length === 1 ? charges[0]!.providerReference : null,
  );
  const charge = charges.find(({ providerReference }) => providerReference === reference);
  const entry = useMoneyEntry((charge ?? payment).amount.currency);
  const [reason, setReason] = useState('');
  const { money, error } = entry;
  const refund = useMutation({
    mutationFn: () =>
      readBody(
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
  return (
    <Stack>
      <Text size="sm">
        The order keeps its status. The customer receives a mail when the refund succeeds.
      </Text>
      {charges.length > 1 && (
        <Select
          label="Charge"
          required
          placeholder="Choose a charge"
          data={charges.map((one) => ({
            value: one.providerReference,
            label: `${describeCharge(one)} (${one.providerReference})`,
          }))}
          value={reference}
          onChange={setReference}
        />
      )}
      <MoneyField
        label="Amount"
        description={
          charge === undefined
            ? 'Leave empty to refund all that is left of the charge.'
            : `Leave empty to refund all that is left, ${formatMoney(getRefundable(charge))}.`
        }
        entry={entry}
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
        disabled={charge === undefined || error !== null || reason.trim() === ''}
        loading={refund.isPending}
        onClick={() => refund.mutate()}
      >
        {error === null
          ? `Refund ${money === null ? 'all that is left' : formatMoney(money)}`
          : 'Refund'}
      </Button>
    </Stack>
  );
}
