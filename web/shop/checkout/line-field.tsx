import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { api, readBody } from '../../shared/api.ts';
import { LineDetails } from '../../shared/line-list.tsx';
import { formatMoney } from '../../shared/money.ts';
import type { CartAccess } from '../cart.ts';
import type { CartLine } from '../cart-line.ts';
import { ChoiceSheet } from '../choosing/choice-sheet.tsx';
import type { LineTrouble } from '../line-trouble.ts';
import { Problem } from '../parts/problem.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { Stepper } from '../parts/stepper.tsx';
import { Sum } from '../parts/sum.tsx';
import type { CartSums, LineSums } from '../sums.ts';

/** The limit for one item if the available units are unknown. */
const QUANTITY_MAX = 99;

interface LineFieldProps {
  readonly line: CartLine;
  readonly cart: CartAccess;
  readonly sums: CartSums;
  readonly trouble: LineTrouble | null;
}

/** A line of the cart, whose quantity and choices can be changed. */
export function LineField({ line, cart, sums, trouble }: LineFieldProps) {
  const [isEdited, setIsEdited] = useState(false);
  const { name, quantity, modifiers, note } = line;
  const priced = sums.ofLine(line);
  const quantityMax = trouble?.kind === 'short' ? trouble.available : QUANTITY_MAX;
  return (
    <li className="cart-line">
      <strong>
        <bdi>{name}</bdi>
      </strong>
      {!isLeftOut(priced, trouble) && (
        <span className="line-total">
          <Sum amount={priced?.total ?? null} isPending={sums.isPending} />
        </span>
      )}
      <div className="cart-line-details">
        <LineDetails modifiers={priced?.modifiers ?? modifiers} note={note} />
        <p className="quiet">{formatMoney(priced?.unitPrice ?? line.unitPrice)} each</p>
        {trouble !== null && <p className="few">{describeTrouble(trouble)}</p>}
      </div>
      <div className="cart-line-foot">
        <button
          type="button"
          className="plain"
          aria-haspopup="dialog"
          aria-label={`Edit ${isolateDirection(name)}`}
          onClick={() => setIsEdited(true)}
        >
          Edit
        </button>
        <Stepper
          name={name}
          quantity={quantity}
          quantityMax={Math.max(quantityMax, quantity)}
          onChange={(next) => cart.setQuantity(line, next)}
        />
      </div>
      {isEdited && <EditSheet line={line} onClose={() => setIsEdited(false)} />}
    </li>
  );
}

/** Returns whether the line is in no bill: its total is 0, although it has a price, or it has none. */
function isLeftOut(priced: LineSums | undefined, trouble: LineTrouble | null): boolean {
  if (priced === undefined) return trouble?.kind === 'gone' || trouble?.kind === 'changed';
  return priced.total.amount === 0 && priced.unitPrice.amount > 0;
}

function describeTrouble(trouble: LineTrouble): string {
  if (trouble.kind === 'changed') return 'The choices for this have changed: please edit it.';
  const isGone = trouble.kind === 'gone' || trouble.available <= 0;
  return isGone ? 'Sold out: please remove it' : `Only ${trouble.available} left`;
}

/** Opens the sheet with the dish as it is now. */
function EditSheet({ line, onClose }: { line: CartLine; onClose: () => void }) {
  const { productId: id, name } = line;
  const product = useQuery({
    queryKey: ['product', id],
    queryFn: () => readBody(api.GET('/api/products/{id}', { params: { path: { id } } })),
    staleTime: 0,
  });
  if (product.data !== undefined && !product.isFetching) {
    return <ChoiceSheet product={product.data} line={line} onClose={onClose} />;
  }
  return (
    <Sheet title={<bdi>{name}</bdi>} onClose={onClose}>
      <div className="sheet-body">
        {product.error === null ? (
          <p className="quiet">Loading…</p>
        ) : (
          <Problem error={product.error} onRetry={() => product.refetch()} />
        )}
      </div>
    </Sheet>
  );
}
