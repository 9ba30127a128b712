/**
 * The sandbox: a small payment provider with its own records (schema `sandbox`), a payment page and signed webhooks.
 * The shop reaches it over HTTP only. See docs/decisions/0005-sandbox.md.
 */
export { purgeDeliveries } from './delivery-queries.ts';
export { sandboxErrors } from './errors.ts';
export { registerSandboxRoutes, sandboxOperations } from './routes.ts';
export { createSandbox, type Sandbox } from './sandbox.ts';
export { createSandboxProvider } from './sandbox-provider.ts';
