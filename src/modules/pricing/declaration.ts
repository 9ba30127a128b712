import type { Access } from '../../http/index.ts';
import type { ModuleDeclaration } from '../module.ts';
import { discountsErrors, pricesErrors, pricingConstraints } from './errors.ts';

const writers: Access = { roles: ['admin'], scopes: ['catalog:write'] };

export const pricingDeclaration = {
  name: 'pricing',
  errors: Object.fromEntries(
    [pricesErrors, discountsErrors]
      .flatMap((errors) => Object.values(errors))
      .map((error) => [error.code, error]),
  ),
  constraints: pricingConstraints,
  access: {
    listTaxRates: writers,
    createTaxRate: writers,
    getTaxRate: writers,
    updateTaxRate: writers,
    deleteTaxRate: writers,
    listCharges: writers,
    createCharge: writers,
    getCharge: writers,
    updateCharge: writers,
    deleteCharge: writers,
    listDiscounts: writers,
    createDiscount: writers,
    getDiscount: writers,
    updateDiscount: writers,
    deleteDiscount: writers,
  },
  tags: [{ name: 'Prices', description: 'Tax rates, charges and discounts.', place: 25 }],
} as const satisfies ModuleDeclaration;
