import type { Config } from '../../config/config.ts';
import { fileArgument } from '../../config/read-config.ts';
import { UsageError } from '../../usage-error.ts';
import { parseColumnMap } from '../import/column-map.ts';
import { createDateReader, type DateReader } from '../import/local-time.ts';
import { orderFields } from '../import/order-draft.ts';
import { type OrdersFile, readOrdersFile } from '../import/read-orders.ts';

/** How to read a file of orders. `import orders` and `replay` share it. */
export interface OrdersFileArguments {
  readonly map: readonly string[];
  readonly dateFormat: string;
  readonly timeZone: string;
}

/** Reads a file of orders. Throws `UsageError`, `ColumnMapError` or `FileError` if it cannot be read that way. */
export function readOrdersFileArguments(
  path: string,
  { map, dateFormat, timeZone }: OrdersFileArguments,
  { currency, pricesIncludeTax }: Pick<Config, 'currency' | 'pricesIncludeTax'>,
): AsyncGenerator<OrdersFile> {
  return readOrdersFile(fileArgument(path), {
    map: parseColumnMap(map, orderFields),
    readDate: buildDateReader(dateFormat, timeZone),
    currency,
    pricesIncludeTax,
  });
}

function buildDateReader(dateFormat: string, timeZone: string): DateReader {
  try {
    return createDateReader(dateFormat, timeZone);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${error.message}.`);
    throw error;
  }
}
