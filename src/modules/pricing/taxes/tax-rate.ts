import { requirePercent } from '../proportion.ts';
import type { FulfilmentType, TaxRateRule } from '../rules.ts';

/** A tax rate as it is stored. */
export interface TaxRateRow {
  id: string;
  name: string;
  /** Without trailing zeros. */
  percent: string;
  taxCategory: string;
  fulfilmentTypes: FulfilmentType[] | null;
  active: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export function toTaxRateRule(row: TaxRateRow): TaxRateRule {
  const { id, name, percent, taxCategory, fulfilmentTypes } = row;
  return { id, name, percent, share: requirePercent(percent), taxCategory, fulfilmentTypes };
}
