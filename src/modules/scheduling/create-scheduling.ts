import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../database/database.ts';
import { once } from '../../database/idempotency.ts';
import type { Module } from '../module.ts';
import { listFreeSlots } from './list-slots.ts';
import { presentShop } from './present-shop.ts';
import { registerSchedulingRoutes } from './routes.ts';
import { toSettings } from './settings/find-settings.ts';
import { readShop, type ShopRow } from './settings/queries.ts';
import type { ShopSettings } from './settings/settings.ts';
import { requireMayChange, updateShop } from './settings/update-shop.ts';
import { purgeSlots } from './slots/slot-queries.ts';
import type { Scheduling } from './use-cases.ts';

const PURGE_INTERVAL_MS = 60 * 60_000;

export interface SchedulingDependencies {
  readonly database: Database;
  /** The name of a shop that has set none. */
  readonly shopName: string;
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
  /** Whether prices contain their tax. */
  readonly pricesIncludeTax: boolean;
  /** Whether orders need no account. Default: false. */
  readonly guestCheckout?: boolean;
}

export function createScheduling(dependencies: SchedulingDependencies): Module<Scheduling> {
  const { database, shopName, currency, pricesIncludeTax } = dependencies;
  const { guestCheckout = false } = dependencies;
  const configured = { shopName, currency, pricesIncludeTax, guestCheckout };
  let latest: ShopSettings | null = null;

  /** Returns the same object while the settings are the same, because openings are remembered with it. */
  function keep(row: ShopRow): ShopSettings {
    const shop = toSettings(row);
    if (latest === null || !isDeepStrictEqual(latest, shop)) latest = shop;
    return latest;
  }
  async function read(): Promise<{ readonly shop: ShopSettings; readonly now: Date }> {
    const [row] = await readShop(database);
    return { shop: keep(row!), now: row!.now };
  }

  const scheduling: Scheduling = {
    async getShop() {
      const { shop, now } = await read();
      return presentShop(shop, now, configured);
    },
    async updateShop(context, change, accepted) {
      requireMayChange(context.caller, change);
      return once(database, context.claim, async (tx) => {
        const row = await updateShop(tx, change, accepted, context);
        return presentShop(toSettings(row), row.now, configured);
      });
    },
    async editShop(tx, change, author) {
      await updateShop(tx, change, null, author);
    },
    async listSlots(input) {
      const { shop, now } = await read();
      return listFreeSlots(database, shop, now, input);
    },
  };
  return {
    api: scheduling,
    routes: (app) => registerSchedulingRoutes(app, scheduling),
    purges: [
      {
        name: 'scheduling.purge-slots',
        everyMs: PURGE_INTERVAL_MS,
        slices: { slots: purgeSlots },
      },
    ],
  };
}
