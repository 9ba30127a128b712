import type { FastifyReply, FastifyRequest } from 'fastify';

/** Replies are data: they must not run, be framed, or be sniffed as another type. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Pages of this server load resources only from it. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The headers of every reply. */
const FIXED = ['x-content-type-options', 'nosniff', 'referrer-policy', 'no-referrer'] as const;
const HTTPS_ONLY = ['strict-transport-security', 'max-age=31536000'] as const;

const CALLERS = 'Authorization, Cookie';

/** Returns alternating names and values, as Node accepts them: the same headers that `setCommonHeaders` sets. */
export function commonHeaders(request: FastifyRequest, isHttps: boolean): string[] {
  const headers = [
    'x-request-id',
    request.id,
    ...FIXED,
    'content-security-policy',
    DATA_POLICY,
    'cache-control',
    getCacheControl(request),
  ];
  if (isHttps) headers.push(...HTTPS_ONLY);
  return headers;
}

/** Sets the headers of every reply when it is ready, including refusals. Headers that the route has set are kept. */
export function setCommonHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  isHttps: boolean,
): void {
  const headers = commonHeaders(request, isHttps);
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!;
    if (!reply.hasHeader(name)) reply.header(name, headers[index + 1]);
  }
  const vary = buildVary(request, reply.getHeader('vary'));
  if (vary !== undefined) reply.header('vary', vary);
}

/** Adds the credential headers if the reply depends on the caller, so that shared caches do not serve it to others. */
export function buildVary(request: FastifyRequest, set: unknown): string | undefined {
  if (!dependsOnCaller(request)) return set === undefined ? undefined : String(set);
  return set === undefined ? CALLERS : `${String(set)}, ${CALLERS}`;
}

function getCacheControl(request: FastifyRequest): string {
  return dependsOnCaller(request) ? 'private, no-cache' : 'no-store';
}

function dependsOnCaller({ operation }: FastifyRequest): boolean {
  return operation?.credentials === 'required' || operation?.credentials === 'optional';
}
