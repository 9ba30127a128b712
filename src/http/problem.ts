import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { invalidInputs, requestErrors, serviceErrors } from '../shared/common-errors.ts';
import { CodedError, type ErrorDefinition } from '../shared/errors.ts';
import { InvalidInput } from './input-errors.ts';
import { getPath } from './paths.ts';
import { getPublicPath } from './public-path.ts';
import { recordRefusal } from './record-security.ts';
import { isConnectionEnding } from './unread-body.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The request in which a problem occurred. */
export interface ProblemPlace {
  readonly requestId: string;
  /** The requested path. */
  readonly instance: string;
}

/** Returns the problem document of an error. Source: RFC 9457 §3. */
export function problemJson(publicUrl: string, error: CodedError, place: ProblemPlace): string {
  const { definition, details } = error;
  return JSON.stringify({
    ...details.extensions,
    type: `${publicUrl}/problems/${definition.code}`,
    title: definition.title,
    status: definition.status,
    detail: details.detail ?? definition.explanation,
    instance: place.instance,
    code: definition.code,
    requestId: place.requestId,
    errors: details.errors,
  });
}

/** Fastify's errors that correspond to our refusals. Source: Fastify, Reference/Errors. */
const FASTIFY_ERRORS: Readonly<Record<string, ErrorDefinition>> = {
  FST_ERR_BAD_URL: requestErrors.malformed,
  FST_ERR_CTP_BODY_TOO_LARGE: requestErrors.tooLarge,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: requestErrors.malformed,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: requestErrors.unsupportedMediaType,
  FST_ERR_MAX_PARAM_LENGTH: requestErrors.notFound,
  FST_ERR_NOT_FOUND: requestErrors.notFound,
};

/** Translates any error into the coded one that the caller receives. */
function toCoded(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  if (error instanceof InvalidInput) return invalidInputs(error.errors);
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  const known = code === undefined ? undefined : FASTIFY_ERRORS[code];
  if (known !== undefined) return new CodedError(known);
  // The request's stream broke while its body was being read: no client is left to receive the response.
  if (statusCode === 400) return new CodedError(requestErrors.malformed);
  if (statusCode === 404) return new CodedError(requestErrors.notFound);
  return new CodedError(serviceErrors.internal, { cause: error });
}

export function createErrorHandler(publicUrl: string) {
  const publicPath = getPublicPath(publicUrl);
  return function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const coded = toCoded(error);
    const { definition, details } = coded;
    if (definition.status >= 500) logFailure(request, coded);
    else recordRefusal(request, coded);
    if (details.guesses !== undefined) request.guesses = details.guesses;
    reply.code(definition.status);
    // Fastify closes the connection after every body that it refused. A fully read body does no harm, and the others
    // are handled when the reply is ready.
    if (reply.hasHeader('connection') && !isConnectionEnding(request))
      reply.removeHeader('connection');
    reply.removeHeader('etag');
    reply.removeHeader('location');
    if (definition.status === 401) reply.header('www-authenticate', 'Bearer');
    if (details.headers !== undefined) reply.headers(details.headers);
    reply.type(PROBLEM_TYPE);
    const instance = `${publicPath}${getPath(request.url)}`;
    reply.send(problemJson(publicUrl, coded, { requestId: request.id, instance }));
  };
}

/** Logs the cause of a 5xx. That a client left before its reply is no failure: pages are closed every day. */
function logFailure(request: FastifyRequest, failure: CodedError): void {
  const { definition, details } = failure;
  const cause = details.cause ?? failure;
  if (isClientGone(request, cause)) request.log.debug('the client left before the reply');
  else request.log.error({ err: cause, code: definition.code }, 'request failed');
}

/** Returns whether a stream of a reply was only closed because its connection was. */
function isClientGone({ raw }: FastifyRequest, cause: unknown): boolean {
  return (
    raw.socket.destroyed && (cause as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE'
  );
}
