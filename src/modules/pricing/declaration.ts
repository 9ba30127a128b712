import type { ModuleDeclaration } from '../module.ts';
import { discountsErrors, pricesErrors, pricingConstraints } from './errors.ts';

export const pricingDeclaration = {
  name: 'pricing',
  errors: Object.fromEntries(
    [...Object.values(pricesErrors), ...Object.values(discountsErrors)].map((error) => [
      error.code,
      error,
    ]),
  ),
  constraints: pricingConstraints,
} as const satisfies ModuleDeclaration;
