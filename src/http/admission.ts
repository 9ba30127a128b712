import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Caller, Restriction } from '../shared/caller.ts';
import { authErrors, requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { requireRecentProof } from '../shared/recent-proof.ts';
import { type Access, admitsRestricted, restrictionErrors } from './access.ts';
import type { Authenticator } from './authentication.ts';
import { type Credential, findCredential, mayReadMetrics } from './credentials.ts';
import { mediaTypeIsJson } from './json-body.ts';
import type { Limiting } from './limiting.ts';
import type { Operation } from './operation.ts';
import { requireAllowedOrigin } from './origin.ts';
import { refuseCredential } from './record-security.ts';
import { findSite } from './sites.ts';

export interface AdmissionOptions {
  readonly authenticator: Authenticator;
  readonly metricsToken?: string | undefined;
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void;

/**
 * Creates the hook that decides everything before the body is read, in the contract's order: 413, 429, 401, 403, 415.
 * There is one hook per route, created with it, so that requests allocate nothing for it.
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
    refusal: unknown,
  ): void {
    if (count === undefined) finish(request, done, refusal);
    else count(request, reply).then(() => finish(request, done, refusal), done);
  }

  function finish(request: FastifyRequest, done: HookHandlerDoneFunction, refusal: unknown): void {
    try {
      if (refusal !== null) throw refusal;
      if (request.callerBy === 'cookie' && operation.changes) requireAllowedOrigin(request);
      const { access, credentials } = operation;
      if (credentials === 'required' || request.caller !== null) authorize(access, request.caller);
      if (operation.changes) requireJson(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  }

  /**
   * Sets the caller. The token of an order belongs in the header that a page sends for this order: a cookie would be
   * sent with everything. It is nobody's sign-in, so operations that need none are called without it; so they are by a
   * user who must do something else first, and therefore is nobody more than a stranger.
   */
  function admitCaller(request: FastifyRequest, credential: Credential, caller: Caller): void {
    if (findRestriction(caller) !== undefined && operation.access === 'anyone') return;
    if (caller.kind === 'order') {
      if (credential.by === 'cookie') throw refuseCredential('order_token_as_cookie');
      if (operation.credentials !== 'required') return;
    }
    if (
      credential.by === 'cookie' &&
      caller.kind === 'user' &&
      caller.role !== 'customer' &&
      !findSite(request).admitsStaff
    ) {
      // Such as a cookie from before CONSOLE_URL was set.
      throw refuseCredential('staff_cookie_at_shop', { userId: caller.id });
    }
    request.caller = caller;
    request.callerBy = credential.by;
  }

  /** Ignores an expired cookie on operations that need no sign-in: its caller counts as anonymous. */
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
      decide(request, reply, done, null);
      return;
    }
    if (operation.credentials === 'metrics') {
      const refusal = mayReadMetrics(request, metricsToken) ? null : refuseMetrics(request);
      decide(request, reply, done, refusal);
      return;
    }
    let credential: Credential | null;
    try {
      credential = findCredential(request);
    } catch (error) {
      decide(request, reply, done, error);
      return;
    }
    if (credential === null) {
      decide(request, reply, done, null);
      return;
    }
    if (credential.token === null) {
      decide(request, reply, done, refuseCredential('malformed'));
      return;
    }
    let authentication: Promise<Caller> | Caller;
    try {
      authentication = authenticator.authenticate(credential.token, request, credential.by);
      if (!(authentication instanceof Promise)) admitCaller(request, credential, authentication);
    } catch (error) {
      decide(request, reply, done, toRefusal(credential, error));
      return;
    }
    if (!(authentication instanceof Promise)) {
      decide(request, reply, done, null);
      return;
    }
    authentication
      .then((caller) => admitCaller(request, credential, caller))
      .then(
        () => decide(request, reply, done, null),
        (error: unknown) => decide(request, reply, done, toRefusal(credential, error)),
      );
  };
}

function refuseMetrics({ headers }: FastifyRequest): CodedError {
  const isGuess = headers.authorization !== undefined;
  return isGuess ? refuseCredential('metrics_token') : new CodedError(authErrors.unauthenticated);
}

/**
 * Throws, in this order, `auth.unauthenticated` without a caller, `auth.forbidden` if the rule excludes the caller,
 * `auth.password_change_required` or `auth.factor_required`, and `auth.step_up_required`.
 */
export function authorize(access: Access, caller: Caller | null): void {
  if (caller === null) throw new CodedError(authErrors.unauthenticated);
  if (typeof access === 'string') return;
  if (!allows(access, caller)) throw new CodedError(authErrors.forbidden);
  const restriction = findRestriction(caller);
  if (restriction !== undefined && !admitsRestricted(access, restriction)) {
    throw new CodedError(restrictionErrors[restriction]);
  }
  if (access.stepUp === true) requireRecentProof(caller);
}

function findRestriction(caller: Caller): Restriction | undefined {
  return caller.kind === 'user' ? caller.restriction : undefined;
}

function allows(access: Exclude<Access, string>, caller: Caller): boolean {
  switch (caller.kind) {
    case 'user':
      return access.roles.includes(caller.role);
    case 'api_key':
      return access.scopes?.some((scope) => caller.scopes.includes(scope)) === true;
    case 'order':
      return access.guests === true;
  }
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
