import type { OperationLimit } from '../../modules/module.ts';
import { modules } from '../modules/modules.ts';

/** The operations with a specific rate limit, by operation id. All operations under `/api` have the global one. */
export const limitTable: Readonly<Record<string, OperationLimit>> = Object.assign(
  {},
  ...modules.declarations.map(({ limits }) => limits),
);
