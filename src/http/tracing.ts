import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Span, Tracing } from '../shared/tracing.ts';
import type { App } from './app.ts';
import { enterSpan, getTrace } from './request-identity.ts';

const span = Symbol('span');

type Traced = FastifyRequest & { [span]?: Span };

/**
 * Records a span for each request, as a child of the caller's if the request has a `traceparent`. Reading a body leaves
 * the span, so it is entered again before the handler.
 */
export function installTracing(app: App, tracing: Tracing | null): void {
  if (tracing === null) return;
  app.decorateRequest(span, undefined);

  const enter = (request: Traced, _reply: FastifyReply, done: () => void): void => {
    const entered = request[span];
    if (entered === undefined) done();
    else tracing.inside(entered, done);
  };

  app.addHook('onRequest', (request: Traced, reply, done) => {
    const operation = request.routeOptions.config.operation;
    const started = tracing.start(operation?.id ?? request.method, {
      kind: 'server',
      parent: getTrace(request.raw).parent,
      attributes: {
        'http.request.method': request.method,
        'http.route': operation?.url ?? '',
        'holdfast.request_id': request.id,
      },
    });
    request[span] = started;
    enterSpan(request.raw, started.context);
    enter(request, reply, done);
  });
  app.addHook('preHandler', enter);
  app.addHook('onResponse', (request: Traced, reply, done) => {
    const status = reply.statusCode;
    request[span]?.set({ 'http.response.status_code': status });
    request[span]?.end(status >= 500 ? new Error(`answered ${status}`) : undefined);
    done();
  });
}
