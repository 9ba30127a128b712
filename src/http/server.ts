import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyServerOptions, LogController } from 'fastify';
import { silentSecurityLog } from '../shared/security-events.ts';
import { installAccessLog, logAccess } from './access-log.ts';
import type { App } from './app.ts';
import { createClientErrorHandler, installProtocolRefusals } from './client-errors.ts';
import { installDrain } from './drain.ts';
import { installEventStreams } from './event-streams.ts';
import { requireOneHost } from './host.ts';
import { installIcon } from './icon.ts';
import { installJsonBody } from './json-body.ts';
import { decorateLimits } from './limiting.ts';
import { installNotFound } from './not-found.ts';
import { installOpenApi } from './openapi.ts';
import { installOperations } from './operations.ts';
import { decorateOwnCookies } from './own-cookies.ts';
import { createErrorHandler } from './problem.ts';
import { installProblemPages } from './problem-pages.ts';
import { createUrlRewriter, getPublicPath, installPublicPath } from './public-path.ts';
import { parseQuery } from './query-string.ts';
import { installReference } from './reference.ts';
import { setCommonHeaders } from './reply-headers.ts';
import { decorateProgress, installReplyReadyHook } from './reply-ready-hook.ts';
import { decorateTraceId, getRequestId } from './request-identity.ts';
import { RequestLogs } from './request-log.ts';
import type { HttpServerOptions } from './server-options.ts';
import { decorateSites, findSite } from './sites.ts';
import { createTlsServer, type TlsServer } from './tls-server.ts';
import { installTracing } from './tracing.ts';
import { discardUnreadBody, isConnectionEnding } from './unread-body.ts';
import { createValidatorCompiler } from './validation.ts';

const REQUEST_TIMEOUT_MS = 15_000;
/** Fastify's default of 10 s ends a start on a machine that is busy with another one. */
const START_TIMEOUT_MS = 60_000;
const BODY_LIMIT_BYTES = 1024 * 1024;
const HEADERS_LIMIT_BYTES = 16 * 1024;
const PARAMETER_LENGTH_MAX = 1_000;
/** How long a connection may be idle between two requests. */
const KEEP_ALIVE_TIMEOUT_MS = 15_000;
/** Longer than the idle timeout of common load balancers (60 s), so that they close first and lose no request. */
const PROXY_KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How often Node checks for requests past their timeout. Its default of 30 s would turn 15 s into 45 s. */
const CONNECTIONS_CHECK_MS = 1_000;
const DRAIN_TIMEOUT_MS = 10_000;
const IDLE_GRACE_MS = 1_000;
const STREAM_HEARTBEAT_MS = 15_000;
const STREAMS_MAX = 10_000;
const ORDER_STREAM_MS = 60 * 60_000;
const STREAMS_OF_CALLER_MAX = 20;

/**
 * Creates the shell with everything installed. Register the modules' routes on it, then call `listen`. `close()`
 * drains: see `drain.ts`.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<App> {
  const { publicUrl, corsOrigins } = options;
  const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const bodyLimitBytes = options.bodyLimitBytes ?? BODY_LIMIT_BYTES;
  const isHttps = publicUrl.startsWith('https:');
  const publicPath = getPublicPath(publicUrl);
  const handleError = createErrorHandler(publicUrl);

  const keepAliveTimeout =
    options.trustedProxies.length === 0 ? KEEP_ALIVE_TIMEOUT_MS : PROXY_KEEP_ALIVE_TIMEOUT_MS;
  const http = {
    headersTimeout: requestTimeoutMs,
    maxHeaderSize: HEADERS_LIMIT_BYTES,
    connectionsCheckingInterval: Math.min(CONNECTIONS_CHECK_MS, requestTimeoutMs),
    // Node's own refusal is a bare status line. `requireOneHost` responds as the contract requires.
    requireHostHeader: false,
    // Spares requests without a body the stream of one, 5 to 8 % of a cached read. See `replaceMissingBody`.
    optimizeEmptyRequests: true,
  };
  const { tls = null } = options;
  let tlsServer: TlsServer | null = null;
  const secure: FastifyServerOptions & { https?: object } =
    tls === null
      ? {}
      : {
          // By this Fastify only tells how to print the address.
          https: {},
          serverFactory(handler) {
            const timeouts = { requestTimeout: requestTimeoutMs, keepAliveTimeout };
            tlsServer = createTlsServer(handler, tls, { ...http, ...timeouts });
            return tlsServer.server;
          },
        };

  const app: App = Fastify({
    // Not as `loggerInstance`: with one, Fastify listens for the end of every reply to log it, which is disabled here.
    logController:
      options.logger === false
        ? new LogController({ disableRequestLogging: true })
        : new RequestLogs(options.logger as FastifyBaseLogger),
    genReqId: getRequestId,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    pluginTimeout: START_TIMEOUT_MS,
    keepAliveTimeout,
    return503OnClosing: false,
    ...(publicPath === '' ? {} : { rewriteUrl: createUrlRewriter(publicPath) }),
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX, querystringParser: parseQuery },
    http,
    ...secure,
    clientErrorHandler: createClientErrorHandler(publicUrl, () => app.accessLog),
    // Called for a path that the router cannot parse, before any hook has run.
    frameworkErrors: (error, request, reply) => {
      setCommonHeaders(request, reply, isHttps);
      discardUnreadBody(request, reply);
      handleError(error, request, reply);
      if (app.accessLog === null) return;
      logAccess(app.accessLog, request, { status: reply.statusCode, durationMs: 0 });
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  if (options.logger !== false) app.log = options.logger as FastifyBaseLogger;
  app.setErrorHandler(handleError);
  app.setValidatorCompiler(createValidatorCompiler());
  app.decorateRequest('caller', null);
  app.decorateRequest('callerBy', null);
  app.decorateRequest('claim', null);
  app.decorateRequest('rawBody', null);
  decorateProgress(app);
  decorateLimits(app);
  decorateTraceId(app);
  installPublicPath(app, publicPath);
  decorateOwnCookies(app, options.cookieSecure);
  app.decorate('securityLog', options.securityLog ?? silentSecurityLog);
  installAccessLog(app, options.logger, options.accessLog ?? false);
  decorateSites(app, { publicUrl, consoleUrl: options.consoleUrl ?? null, corsOrigins });
  installJsonBody(app);
  installProtocolRefusals(app, publicUrl);
  installDrain(app, {
    timeoutMs: options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS,
    idleGraceMs: options.idleGraceMs ?? IDLE_GRACE_MS,
    closeHandshakes: () => tlsServer?.closeHandshakes(),
  });

  installEventStreams(app, {
    authenticator: options.authenticator,
    heartbeatMs: options.streamHeartbeatMs ?? STREAM_HEARTBEAT_MS,
    openMax: options.streamsMax ?? STREAMS_MAX,
    openMaxOfCaller: STREAMS_OF_CALLER_MAX,
    orderStreamMs: options.orderStreamMs ?? ORDER_STREAM_MS,
  });
  installTracing(app, options.tracing ?? null);

  // One hook for all first steps of a request, because each hook costs as much as one of them.
  app.addHook('onRequest', (request, _reply, done) => {
    // The client could not receive the result, so the request is not processed.
    if (isConnectionEnding(request)) return;
    request.beganAtMs = performance.now();
    requireOneHost(request);
    done();
  });
  if (corsOrigins.length > 0) {
    const sharing = {
      origin: [...corsOrigins],
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: 600,
      strictPreflight: false,
    };
    await app.register(cors, {
      delegator: (request, done) => {
        done(null, findSite(request).admitsOtherOrigins ? sharing : { origin: false });
      },
    });
  }
  installNotFound(app);
  await app.register(cookie, {
    // Parsed on demand by `findCookie`: requests with a bearer token send none.
    hook: false,
    // The attributes of every cookie that is set here.
    parseOptions: { httpOnly: true, sameSite: 'lax', secure: options.cookieSecure },
  });
  installOperations(app, {
    accessTable: options.accessTable,
    admitsStrangers: options.admitsStrangers,
    everyRuleNeedsRoute: options.everyRuleNeedsRoute ?? true,
    authenticator: options.authenticator,
    findLimits: options.findLimits,
    metricsToken: options.metricsToken,
    bodyLimitBytes,
  });
  installReplyReadyHook(app, {
    isHttps,
    withCors: corsOrigins.length > 0,
    onResponse: options.onResponse,
  });
  await installOpenApi(app, options);
  await installReference(app);
  installProblemPages(app, options.errorCatalogue);
  installIcon(app);
  return app;
}

/** The headers that scripts of other origins may read, in addition to those that browsers always expose. */
const EXPOSED_HEADERS = [
  'ETag',
  'Idempotent-Replayed',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
];
