import { Text } from '@mantine/core';
import type { Payment } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { describeCharge, findUnmatchedCharges, getRefundable } from './charge.ts';

/** Shows the charges of a payment that do not pay its order, until they have been refunded. */
export function UnmatchedCharges({ payment }: { payment: Payment }) {
  return findUnmatchedCharges(payment.charges).map((charge) => (
    <Text key={charge.providerReference} size="sm" c="red">
      {describeCharge(charge)}
      {getRefundable(charge).amount === 0
        ? charge.amount.amount > 0 && ', on its way back'
        : charge.refunded.amount > 0 && `, ${formatMoney(charge.refunded)} on its way back`}
    </Text>
  ));
}
