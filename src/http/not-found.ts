import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, HTTPMethods } from 'fastify';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { App } from './app.ts';
import { findMethods, getPath } from './paths.ts';

/** Answers unknown paths with 404 and unsupported methods with 405 and `Allow`, before anything is read. */
export function installNotFound(app: App): void {
  app.addHook(
    'onRequest',
    (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction) => {
      if (request.is404) done(refusal(app, request));
      else if (hasEmptyParameter(request)) done(new CodedError(requestErrors.notFound));
      else done();
    },
  );
  // Called if a handler finds nothing, such as a missing file of the reference.
  app.setNotFoundHandler((request) => {
    throw refusal(app, request);
  });
}

/** The router matches `/api/orders/` as an order with an empty id, but that address does not exist. */
function hasEmptyParameter(request: FastifyRequest): boolean {
  const params = request.params as Record<string, string>;
  for (const name in params) {
    // A wildcard may be empty.
    if (params[name] === '' && name !== '*') return true;
  }
  return false;
}

function refusal(app: App, request: FastifyRequest): CodedError {
  const url = getPath(request.url);
  const allowed = findMethods(app, url);
  if (allowed.length === 0 || allowed.includes(request.method as HTTPMethods)) {
    return new CodedError(requestErrors.notFound);
  }
  // Preflights are answered on any path, so OPTIONS alone does not mean that a path exists.
  if (app.findRoute({ method: 'OPTIONS', url }) !== null) allowed.push('OPTIONS');
  return new CodedError(requestErrors.methodNotAllowed, { headers: { Allow: allowed.join(', ') } });
}
