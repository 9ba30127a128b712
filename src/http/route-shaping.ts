import type { FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify';
import { closedShape, type Shape } from './closed-shape.ts';
import type { Operation } from './operation.ts';
import { NoBody } from './schemas.ts';

const NO_PARAMETERS = { type: 'object', properties: {}, additionalProperties: false };

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * The schema under which a route runs. On strict operations every object is closed, and a route that declares no body
 * or no query takes none, so that nothing unknown passes in silence. Throws when a parameter of the path has no schema.
 */
export function shapedSchema(route: RouteOptions, operation: Operation): FastifySchema {
  const schema: FastifySchema = { ...route.schema };
  if (!operation.strict) return schema;
  if (schema.params === undefined && /[:*]/.test(route.url)) {
    throw new Error(
      `The route ${operation.method} ${route.url} has no schema.params: say what its path takes.`,
    );
  }
  if (METHODS_WITH_BODY.has(operation.method)) {
    schema.body = closedShape((schema.body ?? NoBody) as object);
  }
  schema.querystring = closedShape((schema.querystring ?? NO_PARAMETERS) as object);
  return schema;
}

/** Whether a body may be left out: its schema asks for nothing. */
export function allowEmptyBody(schema: FastifySchema): boolean {
  const body = schema.body as Shape | undefined;
  return body?.type === 'object' && (body.required as string[] | undefined)?.length === undefined;
}

/** For routes that may be called without a body: none means `{}`. */
export function defaultBody(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  if (request.body === undefined) request.body = {};
  done();
}
