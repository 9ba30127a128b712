import './fulfilment.css';
import { useState } from 'react';
import { formatShopMoment } from '../../shared/shop-clock.ts';
import { useNow } from '../../shared/use-now.ts';
import type { CartAccess } from '../cart.ts';
import { Sheet } from '../parts/sheet.tsx';
import { hasAddress } from '../terms.ts';
import type { ShopSettings } from '../times/openings.ts';
import { type Draft, hasTime } from './draft.ts';
import { FulfilmentField } from './fulfilment-field.tsx';
import { TypeSwitch } from './type-switch.tsx';
import { useFulfilment } from './use-fulfilment.ts';

const NOW_MS = 30_000;

/** Shows at the top of the menu how the order is fulfilled. Renders nothing if there is nothing to choose. */
export function FulfilmentBar({ shop, cart }: { shop: ShopSettings; cart: CartAccess }) {
  const fulfilment = useFulfilment(cart, shop);
  const now = new Date(useNow(NOW_MS));
  const [isOpen, setIsOpen] = useState(false);
  const { draft, change } = fulfilment;
  const { fulfilmentTypes: types } = shop;
  if (types.length === 1 && draft.type === 'PICKUP') return null;
  return (
    <section className="fulfilment-bar" aria-label="How you get it">
      {types.length > 1 && (
        <TypeSwitch types={types} type={draft.type} onChange={(type) => change({ type })} />
      )}
      <button
        type="button"
        className="fulfilment-summary"
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        <span>
          {describeWhen(draft, shop, now)}
          {describeWhere(draft) !== null && (
            <>
              {hasTime(draft.type) && ' · '}
              <bdi>{describeWhere(draft)}</bdi>
            </>
          )}
        </span>
        <span className="change">Change</span>
      </button>
      {isOpen && (
        <Sheet title="How you get it" onClose={() => setIsOpen(false)}>
          <form method="dialog">
            <div className="sheet-body">
              <FulfilmentField shop={shop} fulfilment={fulfilment} trouble={null} />
            </div>
            <footer className="sheet-foot">
              <div className="sheet-end">
                <button type="submit" formNoValidate className="button">
                  Done
                </button>
              </div>
            </footer>
          </form>
        </Sheet>
      )}
    </section>
  );
}

function describeWhen({ type, requestedFor }: Draft, shop: ShopSettings, now: Date): string {
  if (!hasTime(type)) return '';
  if (requestedFor === null) return shop.open ? 'As soon as possible' : 'Choose a time';
  const text = formatShopMoment(new Date(requestedFor), { timeZone: shop.timeZone, now });
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function describeWhere({ type, address, table }: Draft): string | null {
  if (type === 'DINE_IN') return table.trim() === '' ? 'Which table?' : `Table ${table}`;
  if (!hasAddress(type)) return null;
  const { line1, city } = address;
  if (line1.trim() === '') return 'Where to?';
  return city.trim() === '' ? line1 : `${line1}, ${city}`;
}
