import { type FormEvent, useState } from 'react';
import {
  describeMissing,
  listChosen,
  type Product,
  readChosen,
  type Units,
} from '../../shared/choices.ts';
import { useCart } from '../cart.ts';
import type { CartLine, Item } from '../cart-line.ts';
import { findTrouble } from '../line-trouble.ts';
import { Counter } from '../parts/counter.tsx';
import { Problem } from '../parts/problem.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { Sum } from '../parts/sum.tsx';
import { listShortages, type Refusal, useQuote } from '../quote.ts';
import { GroupField } from './group-field.tsx';

const NOTE_MAX = 200;
const QUANTITY_MAX = 99;

interface ChoiceSheetProps {
  readonly product: Product;
  /** The line of the cart that is edited. Without it, a new one is added. */
  readonly line?: CartLine;
  onClose(): void;
}

/** Chooses the modifiers, the note and the quantity of a dish. The price is that of a quote. */
export function ChoiceSheet({ product, line, onClose }: ChoiceSheetProps) {
  const cart = useCart();
  const { modifierGroups: groups, description, sku } = product;
  const [units, setUnits] = useState<Units>(() => readChosen(groups, line?.modifiers ?? []));
  const [note, setNote] = useState(line?.note ?? '');
  const [quantity, setQuantity] = useState(line?.quantity ?? 1);

  const modifiers = listChosen(groups, units);
  const missing = describeMissing(groups, units);
  const wanted = { sku, quantity, modifiers, note: null };
  const { quote, isPending, error } = useQuote(missing === null ? [wanted] : []);
  const priced = missing === null ? quote?.items[0] : undefined;
  const refused = quote === undefined || isPending ? null : describeRefusal(quote.refusals, wanted);
  const obstacle = missing ?? refused;

  const submit = (event: FormEvent<HTMLFormElement>) => {
    if (obstacle !== null) return event.preventDefault();
    const item: Item = {
      sku,
      productId: product.id,
      name: product.name,
      unitPrice: priced?.unitPrice ?? product.price,
      modifiers,
      note: note.trim() === '' ? null : note.trim(),
    };
    if (line === undefined) cart.add(item, quantity);
    else cart.replace(line, item, quantity);
  };
  return (
    <Sheet title={<bdi>{product.name}</bdi>} onClose={onClose}>
      <form method="dialog" onSubmit={submit}>
        <div className="sheet-body">
          {description !== '' && (
            <p className="quiet" dir="auto">
              {description}
            </p>
          )}
          {groups.map((group) => (
            <GroupField key={group.id} group={group} units={units} onChange={setUnits} />
          ))}
          <label className="field">
            <span>A note for this dish</span>
            <input
              dir="auto"
              maxLength={NOTE_MAX}
              placeholder="Without onions, for example"
              value={note}
              onChange={({ target }) => setNote(target.value)}
            />
          </label>
        </div>
        <footer className="sheet-foot">
          <Problem error={error} />
          <p className="obstacle" role="status">
            {obstacle}
          </p>
          <div className="sheet-end">
            <Counter
              name={product.name}
              quantity={quantity}
              quantityMin={1}
              quantityMax={Math.max(Math.min(product.stock.available, QUANTITY_MAX), quantity)}
              onChange={setQuantity}
            />
            <button type="submit" className="button" disabled={obstacle !== null}>
              <span>{line === undefined ? 'Add to cart' : 'Save'}</span>
              {missing === null && error === null && (
                <Sum amount={priced?.total ?? null} isPending={isPending} />
              )}
            </button>
          </div>
        </footer>
      </form>
    </Sheet>
  );
}

function describeRefusal(
  refusals: readonly Refusal[],
  wanted: { readonly sku: string; readonly quantity: number },
): string | null {
  const trouble = findTrouble(refusals, 0, wanted);
  if (trouble?.kind === 'short') {
    return trouble.available > 0 ? `Only ${trouble.available} left.` : 'This is sold out.';
  }
  if (trouble !== null) return 'This has just changed on the menu. Please choose it again.';
  return listShortages(refusals).size > 0
    ? 'There is not enough left of what you have chosen.'
    : null;
}
