import type { FactorType } from '../../../shared/caller.ts';
import type { FactorRow } from './factor-queries.ts';

/** More than anybody uses, with those that wait for their confirmation. */
export const FACTORS_MAX = 10;

/** The names of factors that their owners did not name. */
export const defaultNames: Readonly<Record<FactorType, string>> = {
  totp: 'Authenticator app',
  passkey: 'Passkey',
};

/** Returns a factor as its owner sees it. */
export function factorView({ id, type, name, createdAt, lastUsedAt }: FactorRow) {
  return {
    id,
    type,
    name,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

/** Returns a factor as the audit shows it. */
export function auditedFactor({ id, type, name }: Pick<FactorRow, 'id' | 'type' | 'name'>) {
  return { factorId: id, type, name };
}

export type FactorView = ReturnType<typeof factorView>;
