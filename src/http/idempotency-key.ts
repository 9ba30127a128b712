import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { canonicalJson, sha256 } from '../shared/canonical-json.ts';
import { idempotencyErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { Operation } from './operation.ts';
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

/** Creates the hook that sets the claim. It runs after validation, because a key belongs to the parsed body. */
export function createClaimHook(operation: Operation) {
  return function claim(
    request: FastifyRequest,
    _reply: FastifyReply,
    done: HookHandlerDoneFunction,
  ): void {
    const header = request.headers['idempotency-key'];
    if (header === undefined || request.caller === null) {
      done();
      return;
    }
    try {
      const key = parseIdempotencyKey(String(header));
      request.claim = {
        scopeHash: sha256(request.caller.id, operation.method, getPath(request.url), key),
        requestHash: sha256(canonicalJson(request.body ?? {})),
        key,
        callerId: request.caller.id,
        operation: operation.id,
      };
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  };
}
