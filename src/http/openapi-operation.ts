import { STATUS_CODES } from 'node:http';
import type { RouteOptions } from 'fastify';
import type { Restriction } from '../shared/caller.ts';
import {
  authErrors,
  idempotencyErrors,
  requestErrors,
  serviceErrors,
} from '../shared/common-errors.ts';
import type { ErrorDefinition } from '../shared/errors.ts';
import { type Access, admitsRestricted, restrictionErrors } from './access.ts';
import type { Json } from './openapi-schemas.ts';
import type { Operation } from './operation.ts';
import { allowEmptyBody } from './route-shaping.ts';

/** Adds everything to an operation that follows from its access rule and its route. */
export function completeOperation(described: Json, route: RouteOptions): void {
  const operation = route.config?.operation as Operation;
  described.security = buildSecurity(operation);
  if (typeof operation.access === 'object') {
    const { roles, scopes = [], guests, strangers, stepUp } = operation.access;
    described['x-access'] = {
      roles,
      scopes,
      ...(guests === undefined ? {} : { guests }),
      ...(strangers === undefined ? {} : { strangers }),
      ...(stepUp === undefined ? {} : { stepUp }),
    };
  }
  const shared = listSharedParameters(operation, route);
  if (shared.length > 0) {
    described.parameters = [
      ...((described.parameters as Json[] | undefined) ?? []),
      ...shared.map((name) => ({ $ref: `#/components/parameters/${name}` })),
    ];
  }
  completeBody(described, route);
  const responses = (described.responses ?? {}) as Record<string, Json>;
  for (const [status, response] of Object.entries(responses)) {
    completeResponse(response, status, route);
  }
  for (const [status, definitions] of byStatus(listErrors(operation, route))) {
    responses[status] ??= problemResponse(status, definitions, buildLimitHeaders(route));
  }
  described.responses = responses;
}

function listSharedParameters({ claims }: Operation, route: RouteOptions): string[] {
  const names: string[] = [];
  if (claims) names.push('IdempotencyKey');
  if (isGuarded(route)) names.push('IfMatch');
  if (isConditional(route)) names.push('IfNoneMatch');
  return names;
}

/** Returns whether the route checks `If-Match` before a change. */
function isGuarded(route: RouteOptions): boolean {
  return route.config?.errors?.includes(requestErrors.preconditionFailed) === true;
}

/** Returns whether the route responds with 304 to `If-None-Match`. */
function isConditional(route: RouteOptions): boolean {
  return Object.hasOwn((route.schema?.response as Json | undefined) ?? {}, '304');
}

function buildSecurity({ access, credentials }: Operation): Json[] {
  switch (credentials) {
    case 'ignored':
      return [];
    case 'metrics':
      return [{}, { metricsToken: [] }];
    case 'optional': {
      const isByRefresh = typeof access === 'object' && access.byRefreshCookie === true;
      return [isByRefresh ? { refreshCookie: [] } : {}, { bearer: [] }, { sessionCookie: [] }];
    }
    case 'required':
      return [
        ...(typeof access === 'object' && access.strangers === true ? [{}] : []),
        { bearer: [] },
        { sessionCookie: [] },
        ...(typeof access === 'object' && access.guests === true ? [{ orderToken: [] }] : []),
      ];
  }
}

function completeBody(described: Json, route: RouteOptions): void {
  const body = described.requestBody as Json | undefined;
  if (body === undefined) return;
  const { properties } = (route.schema?.body ?? {}) as { properties?: Json };
  if (properties !== undefined && Object.keys(properties).length === 0) {
    delete described.requestBody;
    return;
  }
  if (route.schema !== undefined && allowEmptyBody(route.schema)) body.required = false;
  for (const content of Object.values(body.content as Record<string, Json>)) {
    // Every tool reads the example here; many ignore it within a schema.
    const { examples, ...schema } = content.schema as { examples?: readonly unknown[] };
    if (examples !== undefined) Object.assign(content, { schema, example: examples[0] });
  }
}

function completeResponse(response: Json, status: string, route: RouteOptions): void {
  if (response.description === undefined || response.description === 'Default Response') {
    response.description = STATUS_CODES[status] ?? 'The response.';
  }
  const headers: Json = {
    ...((response.headers as Json | undefined) ?? {}),
    'X-Request-Id': { $ref: '#/components/headers/RequestId' },
    ...buildLimitHeaders(route),
  };
  if (route.config?.operation?.claims === true) {
    headers['Idempotent-Replayed'] = { $ref: '#/components/headers/IdempotentReplayed' };
  }
  if (status === '202' && supportsPrefer(route)) {
    headers['Preference-Applied'] = { $ref: '#/components/headers/PreferenceApplied' };
  }
  if (status < '400') {
    for (const name of listReplyHeaders(route)) {
      if (name === 'ETag' || status.startsWith('20')) {
        headers[name] = { $ref: `#/components/headers/${name}` };
      }
    }
  }
  response.headers = headers;
}

function listReplyHeaders(route: RouteOptions): Set<string> {
  const names = new Set<string>(route.config?.replyHeaders);
  if (isGuarded(route) || isConditional(route)) names.add('ETag');
  return names;
}

/** Returns whether the route supports `Prefer: respond-async`, which a 202 then confirms. */
function supportsPrefer(route: RouteOptions): boolean {
  const { properties } = (route.schema?.headers ?? {}) as { properties?: Json };
  return properties?.prefer !== undefined;
}

function buildLimitHeaders(route: RouteOptions): Json {
  if (route.config?.limited !== true) return {};
  return {
    RateLimit: { $ref: '#/components/headers/RateLimit' },
    'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
  };
}

function listErrors(operation: Operation, route: RouteOptions): ErrorDefinition[] {
  const { access, credentials, strict, changes, claims } = operation;
  // Even a route without input refuses a malformed request, such as one without a host.
  const errors: ErrorDefinition[] = [requestErrors.malformed];
  if (strict) errors.push(requestErrors.invalid);
  if (changes) {
    errors.push(requestErrors.tooLarge, requestErrors.unsupportedMediaType, requestErrors.timeout);
  }
  if (credentials !== 'ignored') errors.push(authErrors.unauthenticated);
  if (typeof access === 'object') errors.push(authErrors.forbidden);
  if (typeof access === 'object') errors.push(...listRestrictionErrors(access));
  if (typeof access === 'object' && access.stepUp === true) errors.push(authErrors.stepUpRequired);
  if (typeof access === 'object' && changes) errors.push(authErrors.originNotAllowed);
  if (claims) {
    const { invalidKey, inFlight, keyReused } = idempotencyErrors;
    errors.push(invalidKey, inFlight, keyReused);
  }
  if (route.config?.limited === true) errors.push(requestErrors.rateLimited);
  errors.push(...(route.config?.errors ?? []), serviceErrors.internal, serviceErrors.unavailable);
  return errors;
}

function listRestrictionErrors(access: Exclude<Access, string>): ErrorDefinition[] {
  const restrictions = Object.keys(restrictionErrors) as Restriction[];
  return restrictions
    .filter((restriction) => !admitsRestricted(access, restriction))
    .map((restriction) => restrictionErrors[restriction]);
}

function byStatus(errors: readonly ErrorDefinition[]): Map<string, Set<ErrorDefinition>> {
  const groups = new Map<string, Set<ErrorDefinition>>();
  for (const error of errors) {
    const status = String(error.status);
    groups.set(status, (groups.get(status) ?? new Set()).add(error));
  }
  return groups;
}

function problemResponse(
  status: string,
  definitions: Iterable<ErrorDefinition>,
  limitHeaders: Json,
): Json {
  const list = [...definitions];
  const headers: Json = {
    'X-Request-Id': { $ref: '#/components/headers/RequestId' },
    ...limitHeaders,
  };
  if (status === '401') headers['WWW-Authenticate'] = { $ref: '#/components/headers/Authenticate' };
  if (status === '429' || status === '503') {
    headers['Retry-After'] = { $ref: '#/components/headers/RetryAfter' };
  }
  return {
    description: list.map(({ code, title }) => `\`${code}\`: ${title}`).join('\n\n'),
    headers,
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { code: { enum: list.map(({ code }) => code) } } },
          ],
        },
      },
    },
  };
}
