import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Caller } from '../shared/caller.ts';
import { authErrors, requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { Access } from './access.ts';
import type { Authenticator } from './authentication.ts';
import { type Credential, findCredential, mayReadMetrics } from './credentials.ts';
import { mediaTypeIsJson } from './json-body.ts';
import type { Limiting } from './limiting.ts';
import type { Operation } from './operation.ts';
import { requireAllowedOrigin } from './origin.ts';

export interface AdmissionOptions {
  readonly authenticator: Authenticator;
  readonly metricsToken?: string | undefined;
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void;

/**
 * Everything that is decided before the body is read, in the contract's order: 413, 429, 401, 403, 415. One hook per
 * route, made when the route is, so that a request allocates nothing for it.
 */
export function createAdmission(
  operation: Operation,
  count: Limiting['beforeRefusals'],
  options: AdmissionOptions,
): Hook {
  const { authenticator, metricsToken } = options;

  function decide(
    request: FastifyRequest,
    reply: FastifyReply,
    done: HookHandlerDoneFunction,
    credential: Credential | null,
    refusal: unknown,
  ): void {
    if (count === undefined) finish(request, done, credential, refusal);
    else count(request, reply).then(() => finish(request, done, credential, refusal), done);
  }

  function finish(
    request: FastifyRequest,
    done: HookHandlerDoneFunction,
    credential: Credential | null,
    refusal: unknown,
  ): void {
    try {
      if (refusal !== null) throw refusal;
      if (credential?.by === 'cookie' && request.caller !== null && operation.changes) {
        requireAllowedOrigin(request);
      }
      if (operation.credentials === 'required') authorize(operation.access, request.caller);
      if (operation.changes) requireJson(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  }

  /** A cookie that ran out makes an anonymous reader of the public pages, not an error. */
  function toRefusal(credential: Credential, error: unknown): unknown {
    const lenient =
      operation.credentials === 'optional' &&
      credential.by === 'cookie' &&
      error instanceof CodedError &&
      error.definition === authErrors.unauthenticated;
    return lenient ? null : error;
  }

  return function admit(request, reply, done) {
    request.operation = operation;
    if (Number(request.headers['content-length']) > operation.bodyMaxBytes) {
      done(new CodedError(requestErrors.tooLarge));
      return;
    }
    if (operation.credentials === 'ignored') {
      decide(request, reply, done, null, null);
      return;
    }
    if (operation.credentials === 'metrics') {
      const refusal = mayReadMetrics(request, metricsToken)
        ? null
        : new CodedError(authErrors.unauthenticated);
      decide(request, reply, done, null, refusal);
      return;
    }
    let credential: Credential | null;
    try {
      credential = findCredential(request);
    } catch (error) {
      decide(request, reply, done, null, error);
      return;
    }
    if (credential === null) {
      decide(request, reply, done, null, null);
      return;
    }
    if (credential.token === null) {
      decide(request, reply, done, credential, new CodedError(authErrors.unauthenticated));
      return;
    }
    let answer: Promise<Caller> | Caller;
    try {
      answer = authenticator.authenticate(credential.token);
    } catch (error) {
      decide(request, reply, done, credential, toRefusal(credential, error));
      return;
    }
    if (answer instanceof Promise) {
      answer.then(
        (caller) => {
          request.caller = caller;
          decide(request, reply, done, credential, null);
        },
        (error: unknown) => decide(request, reply, done, credential, toRefusal(credential, error)),
      );
      return;
    }
    request.caller = answer;
    decide(request, reply, done, credential, null);
  };
}

/** Throws `auth.unauthenticated` when nobody is known, `auth.forbidden` when the rule leaves the caller out. */
export function authorize(access: Access, caller: Caller | null): void {
  if (caller === null) throw new CodedError(authErrors.unauthenticated);
  if (typeof access === 'string') return;
  const allowed =
    caller.kind === 'user'
      ? access.roles.includes(caller.role)
      : access.scopes?.some((scope) => caller.scopes.includes(scope)) === true;
  if (!allowed) throw new CodedError(authErrors.forbidden);
}

function requireJson(request: FastifyRequest): void {
  const { headers } = request;
  const contentType = headers['content-type'];
  if (contentType === undefined) {
    const length = headers['content-length'];
    const empty =
      headers['transfer-encoding'] === undefined && (length === undefined || length === '0');
    if (empty) return;
  } else if (mediaTypeIsJson(contentType)) return;
  throw new CodedError(requestErrors.unsupportedMediaType);
}
