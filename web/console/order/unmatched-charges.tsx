import { Text } from '@mantine/core';
import type { Payment } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { describeCharge, findUnmatchedCharges, getRefundable } from './charge.ts';

/** Money of a payment that does not pay its order, each charge until it has gone back. */
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
