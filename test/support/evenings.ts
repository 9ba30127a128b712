import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDateReader } from '../../src/main/cli/import/local-time.ts';
import { readOrdersFile } from '../../src/main/cli/import/read-orders.ts';
import type { ImportedOrder } from '../../src/modules/orders/index.ts';
import { toLocalDate } from '../../src/modules/scheduling/times/local-time.ts';

export const timeZone = 'Europe/London';

/** An order of an evening, by the minutes after midnight on the shop's clock. */
export interface EveningOrder {
  readonly minutes: number;
  readonly lines: ImportedOrder['lines'];
}

const map = {
  number: 'OrderNumber',
  date: 'OrderDate',
  name: 'ItemName',
  quantity: 'Quantity',
  price: 'ProductPrice',
};

/**
 * Returns the orders of the busiest evenings of a takeaway, each in the order of time. `folder` contains its orders; null:
 * evenings are made up of a few orders.
 */
export async function readEvenings(
  folder: string | null,
  count: number,
  fromMinutes: number,
): Promise<readonly (readonly EveningOrder[])[]> {
  const sample = fileURLToPath(new URL('data/orders.csv', import.meta.url));
  const path = folder === null ? sample : join(folder, 'takeaway-orders.csv.gz');
  const readDate = createDateReader('dd/MM/yyyy HH:mm', timeZone);
  const orders: ImportedOrder[] = [];
  for await (const part of readOrdersFile(path, { map, readDate, currency: 'GBP' })) {
    orders.push(...part.orders);
  }
  if (folder === null) return Array.from({ length: count }, () => makeUpEvening(orders));
  const evenings = Map.groupBy(orders, ({ createdAt }) => toLocalDate(createdAt, timeZone));
  return [...evenings.values()]
    .map((evening) =>
      evening
        .map(({ createdAt, lines }) => ({ minutes: minutesOf(createdAt), lines }))
        .filter(({ minutes }) => minutes >= fromMinutes)
        .sort((one, other) => one.minutes - other.minutes),
    )
    .sort((one, other) => other.length - one.length)
    .slice(0, count);
}

function minutesOf(at: Date): number {
  const options = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const [hours, minutes] = new Intl.DateTimeFormat('en-GB', options).format(at).split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** Most are wanted for about seven o'clock, and more than the shop can take for shortly before it closes. */
function makeUpEvening(orders: readonly ImportedOrder[]): EveningOrder[] {
  const minutes = Array.from({ length: 30 }, (_, index) =>
    index < 20 ? 17 * 60 + 7 * index : 23 * 60 + 20 + index,
  );
  return minutes.map((at, index) => ({ minutes: at, lines: orders[index % orders.length]!.lines }));
}
