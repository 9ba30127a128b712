import type { OperationLimit } from '../../modules/module.ts';
import { modules } from '../modules/modules.ts';

/** Which operations have a limit of their own, by operation id. All under `/api` have the global one. */
export const limitTable: Readonly<Record<string, OperationLimit>> = Object.assign(
  {},
  ...modules.declarations.map(({ limits }) => limits),
);
