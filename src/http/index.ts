/**
 * The parts of the HTTP shell that modules need to declare routes. The server in `server.ts` loads far more, which a
 * command that only opens the database does not need.
 */
export { type Access, type AccessTable, shellAccess } from './access.ts';
export type { App } from './app.ts';
export type { Authenticator } from './authentication.ts';
export { type CachedReply, sendCached, sendCachedPage } from './cached-reply.ts';
export { clientNetwork, clientRange, findPublicNetwork } from './client-address.ts';
export { findCookie, findCookieValues, mayReadMetrics } from './credentials.ts';
export {
  entityTag,
  findMismatch,
  ifMatchVersion,
  requireMatch,
} from './entity-tag.ts';
export { eventText, sendEventStream, type Write } from './event-streams.ts';
export { buildClaim } from './idempotency-key.ts';
export type { Limit, LimitsOf, Outcome } from './limit.ts';
export { rateLimited } from './limiting.ts';

export { isFromBrowser, refuseForeignOrigin, requireAllowedOrigin } from './origin.ts';
export { canBePlanted, clearOwnCookie, setOwnCookie } from './own-cookies.ts';

export { PreferHeaders, preferenceApplied, prefersAsync } from './prefer.ts';
export { shellErrors } from './problem-pages.ts';
export { getPublicPath } from './public-path.ts';
export {
  buildSecuritySource,
  recordRefusal,
  recordSecurity,
  refuseCredential,
} from './record-security.ts';
export {
  buildCause,
  buildContext,
  buildSource,
  type RequestContext,
  requireCaller,
} from './request-context.ts';
export {
  Choice,
  CursorParameter,
  Id,
  IdParameter,
  Instant,
  LimitParameter,
  MoneyValue,
  NoBody,
  Nullable,
  pageOfSchema,
  Reason,
  Search,
  Text,
} from './schemas.ts';
export { createSecurityLog } from './security-log.ts';
export { sendOnce } from './send-once.ts';
export { findSite } from './sites.ts';
export {
  type HandshakeFailure,
  handshakeFailures,
  type KeyPair,
  secureContextOptions,
} from './tls-server.ts';
