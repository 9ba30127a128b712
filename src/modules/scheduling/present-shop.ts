import type { ShopView } from './settings/schemas.ts';
import type { ShopSettings } from './settings/settings.ts';
import { toTerms } from './settings/shop-terms.ts';
import { findNextOpening, isOpen } from './times/openings.ts';

/** What the configuration states about the shop. */
export interface ConfiguredShop {
  /** The name of a shop that has set none. */
  readonly shopName: string;
  readonly currency: string;
  readonly pricesIncludeTax: boolean;
  readonly guestCheckout: boolean;
}

/** Returns the shop as it is at this time. */
export function presentShop(shop: ShopSettings, now: Date, configured: ConfiguredShop): ShopView {
  const { name, openingHours, closedDates, ...terms } = toTerms(shop, now);
  const { shopName, currency, pricesIncludeTax, guestCheckout } = configured;
  const open = isOpen(shop, now);
  const opensAt = open ? null : (findNextOpening(shop, now)?.start.toISOString() ?? null);
  return {
    ...terms,
    name: name ?? shopName,
    currency,
    pricesIncludeTax,
    openingHours,
    closedDates,
    open,
    opensAt,
    guestCheckout,
    version: shop.version,
  } as ShopView;
}
