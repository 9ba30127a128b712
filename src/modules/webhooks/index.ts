/**
 * Webhooks: tells the shop's own systems what happened, signed and in order. Owns `webhook_endpoints`,
 * `webhook_deliveries` and `webhook_lines`; reads the log, calls no other room.
 */
export { createWebhooks, WEBHOOKS_QUEUE, type Webhooks } from './create-webhooks.ts';
export { webhooksConstraints, webhooksErrors } from './errors.ts';
export { planDeliveries } from './plan-deliveries.ts';
export { registerWebhooksRoutes } from './routes.ts';
