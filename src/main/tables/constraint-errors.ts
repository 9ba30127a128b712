import { accountsConstraints } from '../../modules/accounts/index.ts';
import { cartsConstraints } from '../../modules/carts/index.ts';
import { catalogConstraints } from '../../modules/catalog/index.ts';
import { inventoryConstraints } from '../../modules/inventory/index.ts';
import { ordersConstraints } from '../../modules/orders/index.ts';
import { paymentsConstraints } from '../../modules/payments/index.ts';
import { webhooksConstraints } from '../../modules/webhooks/index.ts';
import type { ErrorDefinition } from '../../shared/errors.ts';

/** Constraint name to the refusal that its violation means, of all rooms. */
export const constraintErrors: Readonly<Record<string, ErrorDefinition>> = Object.freeze({
  ...accountsConstraints,
  ...catalogConstraints,
  ...inventoryConstraints,
  ...ordersConstraints,
  ...cartsConstraints,
  ...paymentsConstraints,
  ...webhooksConstraints,
});
