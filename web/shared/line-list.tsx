import './bill.css';
import type { ReactNode } from 'react';
import type { Order } from './api.ts';
import { formatMoney } from './money.ts';

/** A line as the replies of orders, carts and quotes contain it. */
export type ShownLine = Pick<
  Order['items'][number],
  'line' | 'name' | 'quantity' | 'total' | 'modifiers' | 'note'
>;

/** Lists what was ordered, with everything that was chosen. */
export function LineList({ lines }: { lines: readonly ShownLine[] }) {
  return (
    <ul className="line-list">
      {lines.map(({ line, name, quantity, total, modifiers, note }) => (
        <li key={line}>
          <span className="line-times">{quantity} ×</span>
          <bdi className="line-name">{name}</bdi>
          <span className="line-amount">{formatMoney(total)}</span>
          <LineDetails modifiers={modifiers} note={note} />
        </li>
      ))}
    </ul>
  );
}

interface LineDetailsProps extends Pick<ShownLine, 'note'> {
  readonly modifiers: readonly (Pick<ShownLine['modifiers'][number], 'code' | 'name' | 'quantity'> &
    Partial<Pick<ShownLine['modifiers'][number], 'unitPrice'>>)[];
}

/** Shows the modifiers and the note of a line. Renders nothing for a line without them. */
export function LineDetails({ modifiers, note }: LineDetailsProps): ReactNode {
  if (modifiers.length === 0 && note === null) return null;
  return (
    <ul className="line-details">
      {modifiers.map(({ code, name, quantity, unitPrice }) => (
        <li key={code}>
          {quantity > 1 && `${quantity} × `}
          <bdi>{name}</bdi>
          {unitPrice !== undefined && unitPrice.amount > 0 && (
            <>
              {' '}
              <bdi className="modifier-price">+{formatMoney(unitPrice)}</bdi>
            </>
          )}
        </li>
      ))}
      {note !== null && (
        <li className="line-note">
          Note: <bdi>{note}</bdi>
        </li>
      )}
    </ul>
  );
}
