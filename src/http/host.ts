import type { FastifyRequest } from 'fastify';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';

/**
 * Refuses an HTTP/1.1 request with no Host header or more than one, because two readers could each pick a different
 * one. Node would silently use the first. Source: RFC 9112 §3.2. Throws `request.malformed`.
 */
export function requireOneHost(request: FastifyRequest): void {
  const { rawHeaders, httpVersion } = request.raw;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return;
  const detail = 'The request must have exactly one Host header.';
  throw new CodedError(requestErrors.malformed, { detail });
}
