import type { FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify';
import { closedShape, type Shape } from './closed-shape.ts';
import type { Operation } from './operation.ts';
import { NoBody } from './schemas.ts';

const NO_PARAMETERS = { type: 'object', properties: {}, additionalProperties: false };

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Returns the effective schema of a route. On strict operations every object is closed, and a route that declares no
 * body or no query accepts none, so that unknown input is never ignored. Throws if a path parameter has no schema.
 */
export function shapedSchema(route: RouteOptions, operation: Operation): FastifySchema {
  const schema: FastifySchema = { ...route.schema };
  if (!operation.strict) return schema;
  if (schema.params === undefined && /[:*]/.test(route.url)) {
    throw new Error(
      `The route ${operation.method} ${route.url} has no schema.params: define the parameters of its path.`,
    );
  }
  if (METHODS_WITH_BODY.has(operation.method)) {
    schema.body = closedShape((schema.body ?? NoBody) as object);
  }
  schema.querystring = closedShape((schema.querystring ?? NO_PARAMETERS) as object);
  return schema;
}

/** Returns whether the body may be omitted because its schema requires nothing. */
export function allowEmptyBody(schema: FastifySchema): boolean {
  const body = schema.body as Shape | undefined;
  return body?.type === 'object' && (body.required as string[] | undefined)?.length === undefined;
}

/** Sets an omitted body to `{}`. */
export function defaultBody(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  if (request.body === undefined) request.body = {};
  done();
}
