import { statement } from '../../../database/statement.ts';
import type { OpeningHours, ShopSettings } from './settings.ts';

/** The settings, and the time at which they were read. */
export interface ShopRow extends ShopSettings {
  readonly now: Date;
}

const columns = `
  version, name, time_zone as "timeZone", fulfilment_types as "fulfilmentTypes",
  opening_hours as "openingHours", closed_dates as "closedDates",
  accepting_orders as "acceptingOrders", paused_until as "pausedUntil",
  lead_minutes as "leadMinutes", slot_minutes as "slotMinutes",
  slot_orders_max as "slotOrdersMax", horizon_days as "horizonDays",
  tip_percents as "tipPercents", now()::timestamptz(3) as now`;

export const readShop = statement<[], ShopRow>(
  'scheduling.read_shop',
  `select ${columns}
     from shop_settings`,
  { isShort: true },
);

/** Reads the settings and lets nothing else change them until commit. */
export const lockShop = statement<[], ShopRow>(
  'scheduling.lock_shop',
  `select ${columns}
     from shop_settings
      for no key update`,
);

export const changeShop = statement<
  [
    name: string | null,
    timeZone: string,
    fulfilmentTypes: readonly string[],
    openingHours: OpeningHours | null,
    closedDates: string,
    acceptingOrders: boolean,
    pausedUntil: Date | null,
    leadMinutes: number,
    slotMinutes: number,
    slotOrdersMax: number,
    horizonDays: number,
    tipPercents: readonly number[],
  ],
  ShopRow
>(
  'scheduling.change_shop',
  `update shop_settings
      set name = $1::text,
          time_zone = $2::text,
          fulfilment_types = $3::text[],
          opening_hours = $4::jsonb,
          closed_dates = $5::jsonb,
          accepting_orders = $6::boolean,
          paused_until = $7::timestamptz,
          lead_minutes = $8::int,
          slot_minutes = $9::int,
          slot_orders_max = $10::int,
          horizon_days = $11::int,
          tip_percents = $12::int[],
          version = version + 1,
          updated_at = now()
   returning ${columns}`,
);
