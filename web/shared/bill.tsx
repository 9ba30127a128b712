import './bill.css';
import type { ReactNode } from 'react';
import type { Bill as BillReply, Money } from './api.ts';
import { formatMoney } from './money.ts';
import { formatPercent } from './percent.ts';

interface BillProps {
  readonly bill: BillReply;
  /** It is the last one from the server, and may have changed. */
  readonly isPending?: boolean;
}

/** Shows what an order costs and why. A bill without discounts, charges, taxes and tip is only a total. */
export function Bill({ bill, isPending = false }: BillProps) {
  const { subtotal, discounts, charges, taxes, tip, total } = bill;
  const added = taxes.filter(({ included }) => !included);
  const included = taxes.filter((tax) => tax.included);
  const hasParts = discounts.length + charges.length + added.length > 0 || tip.amount > 0;
  return (
    <dl className="bill" aria-busy={isPending || undefined}>
      {hasParts && <Row label="Subtotal" amount={subtotal} />}
      {discounts.map(({ discountId, code, name, amount }) => (
        <Row
          key={discountId}
          label={<DiscountName code={code} name={name} />}
          amount={{ ...amount, amount: -amount.amount }}
        />
      ))}
      {charges.map(({ chargeId, name, amount }) => (
        <Row key={chargeId} label={<bdi>{name}</bdi>} amount={amount} />
      ))}
      {added.map((tax) => (
        <Row key={tax.taxRateId} label={<TaxName tax={tax} />} amount={tax.amount} />
      ))}
      {tip.amount > 0 && <Row label="Tip" amount={tip} />}
      <Row className="bill-total" label="Total" amount={total} />
      {included.map((tax) => (
        <Row
          key={tax.taxRateId}
          className="bill-included"
          label={
            <>
              Includes <TaxName tax={tax} />
            </>
          }
          amount={tax.amount}
        />
      ))}
    </dl>
  );
}

interface RowProps {
  readonly label: ReactNode;
  readonly amount: Money;
  readonly className?: string;
}

function Row({ label, amount, className }: RowProps) {
  return (
    <div className={className}>
      <dt>{label}</dt>
      <dd>
        <bdi>{formatMoney(amount)}</bdi>
      </dd>
    </div>
  );
}

function DiscountName({ code, name }: Pick<BillReply['discounts'][number], 'code' | 'name'>) {
  return (
    <>
      <bdi>{name}</bdi>
      {code !== null && code !== name && (
        <>
          {' '}
          (<bdi>{code}</bdi>)
        </>
      )}
    </>
  );
}

function TaxName({ tax: { name, percent } }: { tax: BillReply['taxes'][number] }) {
  return (
    <>
      <bdi>{name}</bdi> {formatPercent(percent)}
    </>
  );
}
