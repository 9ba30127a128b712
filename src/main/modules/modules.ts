import { accountsDeclaration, createAccounts } from '../../modules/accounts/index.ts';
import { cartsDeclaration, createCarts } from '../../modules/carts/index.ts';
import { catalogDeclaration, createCatalog } from '../../modules/catalog/index.ts';
import { createInventory, inventoryDeclaration, openStock } from '../../modules/inventory/index.ts';
import {
  accountMailJob,
  createNotifications,
  notificationsDeclaration,
} from '../../modules/notifications/index.ts';
import { createOperations, operationsDeclaration } from '../../modules/operations/index.ts';
import { createOrderCaching, createOrders, ordersDeclaration } from '../../modules/orders/index.ts';
import { createPayments, paymentsDeclaration } from '../../modules/payments/index.ts';
import { createPricing, pricingDeclaration } from '../../modules/pricing/index.ts';
import { createPrivacy, privacyDeclaration } from '../../modules/privacy/index.ts';
import { createScheduling, schedulingDeclaration } from '../../modules/scheduling/index.ts';
import { createWebhooks, webhooksDeclaration } from '../../modules/webhooks/index.ts';
import type { Infrastructure } from '../infrastructure/create-infrastructure.ts';
import { createPostman, postmanDeclaration } from '../postman/index.ts';
import { createQueueBoard } from './create-queue-board.ts';
import { createModuleList } from './module-list.ts';
import { createPages, pagesDeclaration } from './pages.ts';
import { queueBoardDeclaration } from './queue-board-declaration.ts';
import { createSandboxModule, sandboxDeclaration } from './sandbox-module.ts';

/**
 * All modules, each after those that it calls. Other routes, such as pages, have the same shape. A new module is one
 * line here.
 */
export const modules = createModuleList<Infrastructure>()
  .add(accountsDeclaration, (given) => createAccounts({ ...given, accountMailJob }))
  .add(pricingDeclaration, createPricing)
  .add(schedulingDeclaration, createScheduling)
  .add(catalogDeclaration, (given) => createCatalog({ ...given, openStock }))
  .add(inventoryDeclaration, createInventory)
  .add(ordersDeclaration, (given) => createOrders({ ...given, caching: createOrderCaching(given) }))
  .add(cartsDeclaration, createCarts)
  .add(paymentsDeclaration, createPayments)
  .add(notificationsDeclaration, createNotifications)
  .add(webhooksDeclaration, createWebhooks)
  .add(privacyDeclaration, createPrivacy)
  .add(operationsDeclaration, createOperations)
  .add(sandboxDeclaration, createSandboxModule)
  .add(pagesDeclaration, createPages)
  .add(postmanDeclaration, createPostman)
  .add(queueBoardDeclaration, createQueueBoard);
