import { statement } from '../../../database/statement.ts';
import type { ChargeRow } from './charge.ts';

const columns = `
  id, name, kind, amount_minor as "amountMinor", trim_scale(percent)::text as percent, currency,
  fulfilment_types as "fulfilmentTypes", below_subtotal_minor as "belowSubtotalMinor",
  free_from_minor as "freeFromMinor", postal_codes as "postalCodes",
  tax_category as "taxCategory", active, version,
  created_at as "createdAt", updated_at as "updatedAt"`;

export const findActiveCharges = statement<[], ChargeRow>(
  'pricing.find_active_charges',
  `select ${columns}
     from charges
    where active
    order by created_at, id`,
);
