import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, HTTPMethods } from 'fastify';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { App } from './app.ts';
import { findMethods, getPath } from './paths.ts';

/** 404 for a path that nothing answers, 405 with `Allow` for one that answers other methods: before anything is read. */
export function installNotFound(app: App): void {
  app.addHook(
    'onRequest',
    (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction) => {
      if (request.is404) done(refusal(app, request));
      else if (hasEmptyParameter(request)) done(new CodedError(requestErrors.notFound));
      else done();
    },
  );
  // Reached when a handler finds that it has nothing after all, such as a file of the reference that is not there.
  app.setNotFoundHandler((request) => {
    throw refusal(app, request);
  });
}

/** The router takes `/api/orders/` for an order without an id, and it is no address at all. */
function hasEmptyParameter(request: FastifyRequest): boolean {
  const params = request.params as Record<string, string>;
  for (const name in params) {
    // What a wildcard stands for may be nothing.
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
  // Preflights are answered on any path, so OPTIONS alone does not make a path one that exists.
  if (app.findRoute({ method: 'OPTIONS', url }) !== null) allowed.push('OPTIONS');
  return new CodedError(requestErrors.methodNotAllowed, { headers: { Allow: allowed.join(', ') } });
}
