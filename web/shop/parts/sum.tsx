import type { Money } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';

interface SumProps {
  /** Null while it is not known. */
  readonly amount: Money | null;
  /** It is the last one from the server, and may have changed. */
  readonly isPending: boolean;
}

/** Shows an amount from the server. */
export function Sum({ amount, isPending }: SumProps) {
  if (amount === null) return <span className="pending">…</span>;
  return (
    <span className={isPending ? 'pending' : undefined} aria-busy={isPending || undefined}>
      {formatMoney(amount)}
    </span>
  );
}
