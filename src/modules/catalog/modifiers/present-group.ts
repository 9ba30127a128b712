import { money } from '../../../shared/money.ts';
import type { StockedModifier, StoredGroup } from './modifier-group.ts';
import type { GroupView, OfferedGroupView } from './schemas.ts';

export function presentGroup(group: StoredGroup): GroupView {
  const { id, name, min, max, version } = group;
  return {
    id,
    name,
    min,
    max,
    modifiers: group.modifiers.map((modifier) => ({
      ...presentModifier(modifier, group.currency),
      sku: modifier.sku,
      active: modifier.active,
    })),
    version,
    createdAt: group.createdAt.toISOString(),
    updatedAt: group.updatedAt.toISOString(),
  };
}

/** Returns the group as a product offers it: in full for those who edit it, otherwise only what can be chosen. */
export function presentOfferedGroup(group: StoredGroup, inFull: boolean): OfferedGroupView {
  const { id, name, min, max, currency } = group;
  const shown = inFull ? group.modifiers : group.modifiers.filter(({ active }) => active);
  return {
    id,
    name,
    min,
    max,
    modifiers: shown.map((modifier) => ({
      ...presentModifier(modifier, currency),
      available: modifier.available,
      ...(inFull ? { sku: modifier.sku, active: modifier.active } : {}),
    })),
  };
}

function presentModifier(
  { code, name, priceMinor, quantityMax }: StockedModifier,
  currency: string,
) {
  return { code, name, price: money(priceMinor, currency), quantityMax };
}
