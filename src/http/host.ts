import type { FastifyRequest } from 'fastify';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';

/**
 * Refuses a request of HTTP/1.1 that names no host or more than one: two readers of it could each take another. Node
 * would keep the first in silence. Source: RFC 9112 §3.2. Throws `request.malformed`.
 */
export function requireOneHost(request: FastifyRequest): void {
  const { rawHeaders, httpVersion } = request.raw;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return;
  const detail = 'The request must name exactly one Host.';
  throw new CodedError(requestErrors.malformed, { detail });
}
