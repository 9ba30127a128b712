import type { UserCaller } from '../../../shared/caller.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { type FactorView, factorView } from './factor.ts';
import { findMethods, listFactorRows } from './factor-queries.ts';

export interface FactorList {
  readonly data: FactorView[];
  readonly recoveryCodesLeft: number;
}

/** Returns the caller's own factors, oldest first. */
export async function listFactors(
  { database }: AccountsParts,
  caller: UserCaller,
): Promise<FactorList> {
  const [rows, [methods]] = await Promise.all([
    listFactorRows(database, caller.id),
    findMethods(database, caller.id, null),
  ]);
  return { data: rows.map(factorView), recoveryCodesLeft: methods!.recoveryCodesLeft };
}
