import type { Transaction } from '../../database/database.ts';
import type { Author } from '../../shared/caller.ts';
import type { Application } from '../compose/compose.ts';

type ShopChange = Parameters<Application['modules']['scheduling']['editShop']>[1];

/** The demo can be tried at any hour. */
const allDay: [string, string][] = [['00:00', '24:00']];

const demoShop: ShopChange = {
  fulfilmentTypes: ['PICKUP', 'DELIVERY', 'DINE_IN'],
  openingHours: {
    mon: allDay,
    tue: allDay,
    wed: allDay,
    thu: allDay,
    fri: allDay,
    sat: allDay,
    sun: allDay,
  },
  leadMinutes: 20,
  slotMinutes: 15,
  slotOrdersMax: 6,
};

/** Opens the shop all week in this machine's time zone, with slots for pickup, delivery and at the table. */
export function setUpDemoShop(
  tx: Transaction,
  { editShop }: Application['modules']['scheduling'],
  author: Author,
): Promise<void> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return editShop(tx, { ...demoShop, timeZone }, author);
}
