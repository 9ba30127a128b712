import type { Module } from '../module.ts';

export type PricingDependencies = object;

export function createPricing(_: PricingDependencies): Module<null> {
  return { api: null };
}
