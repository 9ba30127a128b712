import { preparePostalArea } from '../postal-area.ts';
import { requirePercent } from '../proportion.ts';
import type { ChargeKind, ChargeRule, FulfilmentType } from '../rules.ts';

/** A charge as it is stored: with either an amount or a percentage. */
export interface ChargeRow {
  id: string;
  name: string;
  kind: ChargeKind;
  amountMinor: number | null;
  /** Without trailing zeros. */
  percent: string | null;
  currency: string;
  fulfilmentTypes: FulfilmentType[] | null;
  belowSubtotalMinor: number | null;
  freeFromMinor: number | null;
  postalCodes: string[] | null;
  taxCategory: string;
  active: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export function toChargeRule(row: ChargeRow): ChargeRule {
  const { id, kind, name, amountMinor, percent } = row;
  return {
    id,
    kind,
    name,
    price:
      percent === null
        ? { kind: 'amount', amountMinor: amountMinor! }
        : { kind: 'percent', share: requirePercent(percent) },
    fulfilmentTypes: row.fulfilmentTypes,
    belowSubtotalMinor: row.belowSubtotalMinor,
    freeFromMinor: row.freeFromMinor,
    postalArea: row.postalCodes === null ? null : preparePostalArea(row.postalCodes),
    taxCategory: row.taxCategory,
  };
}
