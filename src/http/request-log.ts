import {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { getTrace } from './request-identity.ts';

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
type Line = unknown[];

/**
 * The log of one request, whose lines have the request id and the trace id. The child of the server's log is created
 * with the first line, because most requests write none and creating it took a twentieth of a read from the cache.
 */
class RequestLog implements FastifyBaseLogger {
  readonly #log: FastifyBaseLogger;
  readonly #request: FastifyRequest;
  #created: FastifyBaseLogger | undefined;

  constructor(log: FastifyBaseLogger, request: FastifyRequest) {
    this.#log = log;
    this.#request = request;
  }

  get #child(): FastifyBaseLogger {
    this.#created ??= this.#log.child({
      requestId: this.#request.id,
      traceId: getTrace(this.#request.raw).traceId,
    });
    return this.#created;
  }

  get level(): string {
    return this.#created?.level ?? this.#log.level;
  }

  set level(level: string) {
    this.#child.level = level;
  }

  child(...parameters: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#child.child(...parameters);
  }

  fatal(...line: Line): void {
    this.#write('fatal', line);
  }

  error(...line: Line): void {
    this.#write('error', line);
  }

  warn(...line: Line): void {
    this.#write('warn', line);
  }

  info(...line: Line): void {
    this.#write('info', line);
  }

  debug(...line: Line): void {
    this.#write('debug', line);
  }

  trace(...line: Line): void {
    this.#write('trace', line);
  }

  silent(...line: Line): void {
    this.#write('silent', line);
  }

  #write(level: Level, line: Line): void {
    Reflect.apply(this.#child[level], this.#child, line);
  }
}

/** Gives each request its own log. Fastify itself logs no requests. */
export class RequestLogs extends LogController {
  readonly #log: FastifyBaseLogger;

  constructor(log: FastifyBaseLogger) {
    super({ disableRequestLogging: true });
    this.#log = log;
  }

  /** Replaces Fastify's log line. A `childLoggerFactory` would work too, but Fastify validates each of its loggers. */
  override incomingRequest(request: FastifyRequest, reply: FastifyReply): void {
    const log = new RequestLog(this.#log, request);
    request.log = log;
    reply.log = log;
  }
}
