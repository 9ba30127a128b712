import { statement } from '../../database/statement.ts';

/** Returns the version of everything that prices depend on besides products. Every change of it raises the version. */
export const readPriceVersion = statement<[], { version: number }>(
  'pricing.read_version',
  'select version from price_versions',
  { isShort: true },
);

/** Does the same, and lets nothing change until commit. */
export const lockPriceVersion = statement<[], { version: number }>(
  'pricing.lock_version',
  'select version from price_versions for share',
);
