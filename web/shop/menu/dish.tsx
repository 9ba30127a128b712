import { useState } from 'react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { isOrderable, type Product } from '../../shared/choices.ts';
import { formatMoney } from '../../shared/money.ts';
import type { CartAccess } from '../cart.ts';
import { getQuantity, toPlainItem } from '../cart-line.ts';
import { ChoiceSheet } from '../choosing/choice-sheet.tsx';
import { Stepper } from '../parts/stepper.tsx';

const QUANTITY_MAX = 99;
/** From this number down, the menu shows how many are left. */
const FEW = 5;

/** A product on the menu. */
export function Dish({ product, cart }: { product: Product; cart: CartAccess }) {
  const { name, description, price, stock, modifierGroups } = product;
  const canOrder = isOrderable(product);
  const plain = toPlainItem(product);
  const quantity = getQuantity(cart.lines, plain);
  return (
    <li className={canOrder ? 'dish' : 'dish sold-out'}>
      <div>
        <h3>
          <bdi>{name}</bdi>
        </h3>
        {description !== '' && <p dir="auto">{description}</p>}
      </div>
      <div className="dish-foot">
        <span className="price">{formatMoney(price)}</span>
        {!canOrder && quantity === 0 ? (
          <span className="quiet">Sold out</span>
        ) : modifierGroups.length > 0 ? (
          <ChooseButton product={product} cart={cart} />
        ) : (
          <Stepper
            name={name}
            quantity={quantity}
            quantityMax={Math.min(stock.available, QUANTITY_MAX)}
            onChange={(next) => cart.setQuantity(plain, next)}
          />
        )}
      </div>
      {canOrder && stock.available <= FEW && <p className="few">Only {stock.available} left</p>}
    </li>
  );
}

/** Opens the sheet of a dish with modifiers, and shows how many units of it are in the cart. */
function ChooseButton({ product, cart }: { product: Product; cart: CartAccess }) {
  const [isOpen, setIsOpen] = useState(false);
  const count = cart.lines
    .filter(({ sku }) => sku === product.sku)
    .reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <>
      {count > 0 && <span className="in-cart">{count} in the cart</span>}
      <button
        type="button"
        className="add"
        aria-haspopup="dialog"
        aria-label={`Add ${isolateDirection(product.name)}`}
        onClick={() => setIsOpen(true)}
      >
        Add…
      </button>
      {isOpen && <ChoiceSheet product={product} onClose={() => setIsOpen(false)} />}
    </>
  );
}
