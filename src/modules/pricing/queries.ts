import { statement } from '../../database/statement.ts';

/** Returns the version of everything that prices depend on besides products. Every change of it raises the version. */
export const readPriceVersion = statement<[], { version: number }>(
  'pricing.read_version',
  'select version from price_versions',
  { isShort: true },
);
