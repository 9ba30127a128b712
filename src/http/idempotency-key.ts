import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Claim } from '../database/idempotency.ts';
import { canonicalJson, sha256 } from '../shared/canonical-json.ts';
import { idempotencyErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { getPath } from './paths.ts';

const BARE = /^[\x20-\x7e]{1,255}$/;
/** Source: RFC 8941 §3.3.3. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/**
 * Returns the key in an `Idempotency-Key` header: quoted and bare are the same key. Throws `idempotency.invalid_key`.
 * Source: draft-ietf-httpapi-idempotency-key-header §2.1.
 */
export function parseIdempotencyKey(header: string): string {
  const text = header.trim();
  const key = text.startsWith('"') ? QUOTED.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1') : text;
  if (key === undefined || !BARE.test(key)) throw new CodedError(idempotencyErrors.invalidKey);
  return key;
}

/**
 * Builds the claim of a request's key, or null if it has none. `callerId` names whose key it is. The request has been
 * validated. Throws `idempotency.invalid_key`.
 */
export function buildClaim(request: FastifyRequest, callerId: string): Claim | null {
  const header = request.headers['idempotency-key'];
  const { operation } = request;
  if (header === undefined || operation === null) return null;
  const key = parseIdempotencyKey(String(header));
  return {
    scopeHash: sha256(callerId, operation.method, getPath(request.url), key),
    requestHash: sha256(canonicalJson(request.body ?? {})),
    key,
    callerId,
    operation: operation.id,
  };
}

/**
 * Sets the claim of a signed-in caller. It runs after validation, because a key belongs to the parsed body. Where a
 * stranger may call, the route knows whose key it is.
 */
export function claimKey(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  try {
    if (request.caller !== null) request.claim = buildClaim(request, request.caller.id);
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}
