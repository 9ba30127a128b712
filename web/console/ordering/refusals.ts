import type { operations } from '../../../clients/typescript/src/index.ts';

type Quote = operations['quoteOrder']['responses'][200]['content']['application/json'];
export type Refusal = Quote['refusals'][number];

/** What staff may pass by an override: the shop's hours and times, never a full slot or an area. */
const overridable = [
  'orders.shop_closed',
  'orders.shop_paused',
  'fulfilment.time_not_available',
] as const;

export function isOverridable({ code }: Pick<Refusal, 'code'>): boolean {
  return (overridable as readonly string[]).includes(code);
}

/** Returns the times that a refusal proposes instead (RFC 3339). */
export function listProposedTimes(refusal: Readonly<Record<string, unknown>>): readonly string[] {
  const { nextTimes, opensAt } = refusal;
  if (Array.isArray(nextTimes)) return nextTimes as string[];
  return typeof opensAt === 'string' ? [opensAt] : [];
}

interface Shortage {
  readonly sku: string;
  readonly available: number;
}

/** Returns the products of which there is too little. */
export function listShortages(refusal: Readonly<Record<string, unknown>>): readonly Shortage[] {
  return refusal.code === 'inventory.insufficient_stock' ? (refusal.lines as Shortage[]) : [];
}
