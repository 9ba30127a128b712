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
 * The log of one request: each of its lines bears the request's id and its trace's. It becomes a child of the server's
 * log with its first line only. Most requests write none, and making a child took a twentieth of a read from the cache.
 */
class RequestLog implements FastifyBaseLogger {
  readonly #log: FastifyBaseLogger;
  readonly #request: FastifyRequest;
  #made: FastifyBaseLogger | undefined;

  constructor(log: FastifyBaseLogger, request: FastifyRequest) {
    this.#log = log;
    this.#request = request;
  }

  get #child(): FastifyBaseLogger {
    this.#made ??= this.#log.child({
      requestId: this.#request.id,
      traceId: getTrace(this.#request.raw).traceId,
    });
    return this.#made;
  }

  get level(): string {
    return this.#made?.level ?? this.#log.level;
  }

  set level(level: string) {
    this.#child.level = level;
  }

  child(...of: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#child.child(...of);
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

/** Gives each request a log of its own; Fastify itself writes no line for one. */
export class RequestLogs extends LogController {
  readonly #log: FastifyBaseLogger;

  constructor(log: FastifyBaseLogger) {
    super({ disableRequestLogging: true });
    this.#log = log;
  }

  /** Where Fastify would write its line. A `childLoggerFactory` would do too, but what it makes is examined each time. */
  override incomingRequest(request: FastifyRequest, reply: FastifyReply): void {
    const log = new RequestLog(this.#log, request);
    request.log = log;
    reply.log = log;
  }
}
