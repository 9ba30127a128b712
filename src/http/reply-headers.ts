import type { FastifyReply, FastifyRequest } from 'fastify';

/** Replies are data: they must not run, be framed, or be sniffed as another type. */
const DATA_POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Pages of this server load resources only from it. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** No page of this server uses these. Passkeys, the clipboard and full screen are left to the browser's defaults. */
const PERMISSIONS = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'screen-wake-lock',
  'serial',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/**
 * The headers of every reply, whatever sends it: routes, refusals, pages, redirects, 304, streams, cached replies, and
 * what is refused before there is a request. Alternating names and values.
 */
const EVERY_REPLY = [
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'no-referrer',
  'cross-origin-opener-policy',
  'same-origin',
  // Concerns what other sites embed. What their scripts may read is up to CORS.
  'cross-origin-resource-policy',
  'same-origin',
  'permissions-policy',
  PERMISSIONS,
] as const;

const EVERY_HTTPS_REPLY = [
  ...EVERY_REPLY,
  'strict-transport-security',
  'max-age=31536000; includeSubDomains',
] as const;

const CALLERS = 'Authorization, Cookie';

/** Returns alternating names and values, as Node accepts them: the same headers that `setCommonHeaders` sets. */
export function commonHeaders(request: FastifyRequest, isHttps: boolean): string[] {
  return [
    'x-request-id',
    request.id,
    ...(isHttps ? EVERY_HTTPS_REPLY : EVERY_REPLY),
    'content-security-policy',
    DATA_POLICY,
    'cache-control',
    getCacheControl(request),
  ];
}

/** Returns the lines of a head that is written without Fastify, because there is no request. */
export function earlyHeaderLines(requestId: string, isHttps: boolean): string[] {
  const headers = [
    'x-request-id',
    requestId,
    ...(isHttps ? EVERY_HTTPS_REPLY : EVERY_REPLY),
    'content-security-policy',
    DATA_POLICY,
    'cache-control',
    'no-store',
  ];
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? `${name}: ${headers[index + 1]}` : [],
  );
}

/** Sets the headers of every reply when it is ready, including refusals. Headers that the route has set are kept. */
export function setCommonHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  isHttps: boolean,
): void {
  // No route has others of these, so they are set without looking for them.
  const fixed = isHttps ? EVERY_HTTPS_REPLY : EVERY_REPLY;
  for (let index = 0; index < fixed.length; index += 2) {
    reply.header(fixed[index]!, fixed[index + 1]);
  }
  reply.header('x-request-id', request.id);
  if (!reply.hasHeader('content-security-policy')) {
    reply.header('content-security-policy', DATA_POLICY);
  }
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', getCacheControl(request));
  const vary = buildVary(request, reply.getHeader('vary'));
  if (vary !== undefined) reply.header('vary', vary);
}

/** Adds the credential headers if the reply depends on the caller, so that shared caches do not serve it to others. */
export function buildVary(request: FastifyRequest, set: unknown): string | undefined {
  if (!dependsOnCaller(request)) return set === undefined ? undefined : String(set);
  return set === undefined ? CALLERS : `${String(set)}, ${CALLERS}`;
}

/**
 * What a signed-in caller sees is stored nowhere, not even on their machine, which the next person may use. Only
 * replies to strangers may be kept by their browser and validated by ETag.
 */
function getCacheControl(request: FastifyRequest): string {
  if (!dependsOnCaller(request)) return 'no-store';
  const isStranger = request.operation?.credentials === 'optional' && request.caller === null;
  return isStranger ? 'private, no-cache' : 'private, no-store';
}

function dependsOnCaller({ operation }: FastifyRequest): boolean {
  return operation?.credentials === 'required' || operation?.credentials === 'optional';
}
