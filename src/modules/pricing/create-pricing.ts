import type { Database } from '../../database/database.ts';
import type { Queryable } from '../../database/statement.ts';
import type { Cursors } from '../../shared/pagination.ts';
import type { Module } from '../module.ts';
import { chargeKind } from './charges/charge-kind.ts';
import { discountKind } from './discounts/discount-kind.ts';
import { manageRules } from './manage-rules.ts';
import { registerPricingRoutes } from './routes.ts';
import { taxRateKind } from './taxes/tax-rate-kind.ts';
import type { Pricing } from './use-cases.ts';

export interface PricingDependencies {
  readonly database: Database;
  /** Where lists are read; may lag. Default: the database. */
  readonly reads?: Queryable;
  readonly cursors: Cursors;
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
}

export function createPricing(dependencies: PricingDependencies): Module<Pricing> {
  const { database, reads = database, cursors, currency } = dependencies;
  const parts = { database, reads, cursors };
  const pricing: Pricing = {
    taxRates: manageRules(parts, taxRateKind),
    charges: manageRules(parts, chargeKind(currency)),
    discounts: manageRules(parts, discountKind(currency)),
  };
  return { api: pricing, routes: (app) => registerPricingRoutes(app, pricing) };
}
