import type { CartLine } from '../cart-line.ts';
import { hasCode } from '../parts/problem.tsx';

interface ShortLine {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

interface ShortagesProps {
  /** Of a checkout. */
  readonly error: unknown;
  readonly lines: readonly CartLine[];
}

/** Lists the dishes that other customers ordered first. */
export function Shortages({ error, lines }: ShortagesProps) {
  if (!hasCode(error, 'inventory.insufficient_stock')) return null;
  const shortLines = (error.problem.lines ?? []) as readonly ShortLine[];
  const findName = (sku: string) => lines.find((line) => line.sku === sku)?.name ?? sku;
  return (
    <ul className="shortages">
      {shortLines.map(({ sku, requested, available }) => (
        <li key={sku}>
          <bdi>{findName(sku)}</bdi>: you wanted {requested}, {available}{' '}
          {available === 1 ? 'is' : 'are'} left.
        </li>
      ))}
    </ul>
  );
}
