import type { Handlers } from '../store/connection.ts';
import { inventoryStatements, pricingStatements, schedulingStatements } from './goods.ts';
import { inboxStatements } from './inbox.ts';
import { jobStatements } from './jobs.ts';
import { orderStatements, queueStatements } from './orders.ts';
import { captureStatements, pageStatements } from './payments.ts';
import { refundStatements } from './refunds.ts';
import { keyStatements, logStatements, peopleStatements } from './shell.ts';
import { webhookStatements } from './webhooks.ts';

/** What each statement of the product does to the store, by its name. */
export const statements: Handlers = {
  ...keyStatements,
  ...peopleStatements,
  ...logStatements,
  ...inventoryStatements,
  ...pricingStatements,
  ...schedulingStatements,
  ...orderStatements,
  ...queueStatements,
  ...pageStatements,
  ...captureStatements,
  ...refundStatements,
  ...inboxStatements,
  ...jobStatements,
  ...webhookStatements,
};
