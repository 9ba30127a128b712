import type { RouteOptions } from 'fastify';
import { type AdmissionOptions, createAdmission } from './admission.ts';
import type { App } from './app.ts';
import { claimKey } from './idempotency-key.ts';
import { replaceMissingBody } from './json-body.ts';
import type { LimitsOf } from './limit.ts';
import { createLimiting } from './limiting.ts';
import { buildOperation, type OperationRules } from './operation.ts';
import { allowEmptyBody, defaultBody, shapedSchema } from './route-shaping.ts';

export interface OperationsOptions extends AdmissionOptions, OperationRules {
  readonly findLimits?: LimitsOf | undefined;
  readonly everyRuleNeedsRoute: boolean;
}

/**
 * Adds the hooks to every route registered from now on, by its operation id and the access table. A route without a
 * rule stops the start, and so does a rule without a route.
 */
export function installOperations(app: App, options: OperationsOptions): void {
  const unused = new Set(Object.keys(options.accessTable));

  app.addHook('onRoute', (route) => {
    if (isPreflight(route)) return;
    const operation = buildOperation(route, options);
    unused.delete(operation.id);
    route.bodyLimit = operation.bodyMaxBytes;
    const schema = shapedSchema(route, operation);
    // Pages are for people: the OpenAPI document leaves them out.
    route.schema = route.config?.page === true ? { ...schema, hide: true } : schema;
    const limits = operation.strict ? (options.findLimits?.(operation) ?? []) : [];
    const { beforeRefusals, afterBody, beforeReply } = createLimiting(limits);
    if (route.config?.sendsCached === true && beforeReply !== undefined) {
      throw new Error(
        `The replies of ${operation.id} bypass the reply hooks, so its limits cannot depend on the outcome.`,
      );
    }
    route.config = { ...route.config, operation, limited: limits.length > 0 };
    route.onRequest = [
      createAdmission(operation, beforeRefusals, options),
      ...toList(route.onRequest),
    ];
    if (operation.changes) {
      route.preParsing = [replaceMissingBody, ...toList(route.preParsing)];
    }
    if (allowEmptyBody(schema)) {
      route.preValidation = [defaultBody, ...toList(route.preValidation)];
    }
    if (operation.claims) {
      route.preHandler = [claimKey, ...toList(route.preHandler)];
    }
    if (afterBody !== undefined) route.preHandler = [afterBody, ...toList(route.preHandler)];
    if (beforeReply !== undefined) route.onSend = [beforeReply, ...toList(route.onSend)];
  });

  app.addHook('onReady', async () => {
    if (unused.size === 0) return;
    const names = [...unused].join(', ');
    const message = `The access table has rules without a route: ${names}.`;
    if (options.everyRuleNeedsRoute) throw new Error(message);
    app.log.warn(message);
  });
}

/** Returns whether this is the CORS plugin's route for preflights, whose handler is never called. */
function isPreflight(route: RouteOptions): boolean {
  return route.method === 'OPTIONS' && route.url === '*';
}

function toList<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
