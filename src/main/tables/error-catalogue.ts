import { sandboxErrors } from '../../drivers/payments/sandbox/index.ts';
import { accountsErrors } from '../../modules/accounts/index.ts';
import { cartsErrors } from '../../modules/carts/index.ts';
import { catalogErrors } from '../../modules/catalog/index.ts';
import { inventoryErrors } from '../../modules/inventory/index.ts';
import { operationsErrors } from '../../modules/operations/index.ts';
import { ordersErrors } from '../../modules/orders/index.ts';
import { paymentsErrors } from '../../modules/payments/index.ts';
import { webhooksErrors } from '../../modules/webhooks/index.ts';
import {
  authErrors,
  idempotencyErrors,
  requestErrors,
  serviceErrors,
} from '../../shared/common-errors.ts';
import type { ErrorDefinition } from '../../shared/errors.ts';

/** Every refusal that this server can give: what the pages under `/problems` are made from. */
export const errorCatalogue: readonly ErrorDefinition[] = [
  requestErrors,
  authErrors,
  idempotencyErrors,
  accountsErrors,
  catalogErrors,
  inventoryErrors,
  ordersErrors,
  cartsErrors,
  paymentsErrors,
  webhooksErrors,
  operationsErrors,
  sandboxErrors,
  serviceErrors,
].flatMap((errors): ErrorDefinition[] => Object.values(errors));
