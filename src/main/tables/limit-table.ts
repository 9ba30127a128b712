import type { OperationLimit } from '../../modules/module.ts';
import { modules } from '../modules/modules.ts';

/** The operations with specific rate limits, by operation id. All operations under `/api` have the global one. */
export const limitTable: Readonly<Record<string, readonly OperationLimit[]>> = Object.assign(
  {},
  ...modules.declarations.map(({ limits }) => limits),
);
