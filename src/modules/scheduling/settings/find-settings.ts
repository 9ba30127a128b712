import type { Queryable } from '../../../database/statement.ts';
import { readShop, type ShopRow } from './queries.ts';
import type { ShopSettings } from './settings.ts';

/** Reads the settings. Every change of them raises the price version, which is to be read before. */
export async function findShopSettings(db: Queryable): Promise<ShopSettings> {
  const [row] = await readShop(db);
  return toSettings(row!);
}

export function toSettings({ now: _, ...shop }: ShopRow): ShopSettings {
  return shop;
}
