/**
 * Webhooks: sends events to the shop's own systems, signed and in order. Owns `webhook_endpoints`, `webhook_deliveries`
 * and `webhook_lines`; reads the log, calls no other module.
 */
export { createWebhooks } from './create-webhooks.ts';
export { webhooksDeclaration } from './declaration.ts';
export { countEndpointsWithoutSecret } from './encrypted-secrets.ts';
export type { Webhooks } from './use-cases.ts';
