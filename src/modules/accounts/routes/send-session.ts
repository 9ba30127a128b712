import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  buildSource,
  clearOwnCookie,
  findCookie,
  recordRefusal,
  refuseForeignOrigin,
  setOwnCookie,
} from '../../../http/index.ts';
import { CodedError } from '../../../shared/errors.ts';
import { type Device, readDevice, setDeviceCookie } from '../devices/device.ts';
import { SessionReplaced } from '../sessions/refresh-session.ts';
import type { Session } from '../sessions/session.ts';
import type { Accounts } from '../use-cases.ts';

/** Returns whether a reply shall set cookies. Throws `auth.origin_not_allowed` if a page of another site asks for that. */
export function wantsCookies(
  request: FastifyRequest,
  credentials: SessionReplyOptions['credentials'],
): boolean {
  if (credentials !== 'cookie') return false;
  refuseForeignOrigin(request);
  return true;
}

export interface SessionReplyOptions {
  /** Default 200. */
  readonly status?: 200 | 201;
  /** `cookie`: sets cookies in place of returning tokens. */
  readonly credentials?: 'cookie' | undefined;
  /** The device that signed in: a browser gets a cookie for it. */
  readonly device?: Device;
}

/**
 * Sends a session that has begun or was continued: as tokens, or as cookies that scripts cannot read and then without
 * tokens. A caller who was identified by cookie gets cookies in any case, so that a script planted in a page cannot turn
 * their session into one that it can carry away. Sign-up, sign-in, its challenge and a refresh by body identify nobody by
 * cookie: who sends a password, a proof or a token needs no cookie, and a script could leave it out.
 */
export function sendSession(
  request: FastifyRequest,
  reply: FastifyReply,
  session: Session,
  { status = 200, credentials, device }: SessionReplyOptions = {},
): FastifyReply {
  reply.code(status);
  if (credentials !== 'cookie' && request.callerBy !== 'cookie') return reply.send(session);
  setSessionCookies(reply, session, device);
  const { user, expiresIn } = session;
  return reply.send({ user, expiresIn });
}

/**
 * Exchanges the refresh cookie of a request, and sends new cookies. If it is refused, those of the session are removed: they
 * are of no use any more. Not if the browser has got others meanwhile, which would go in their place.
 */
export async function sendRefreshed(
  accounts: Pick<Accounts, 'refreshSession'>,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const device = readDevice(request, true);
  try {
    const session = await accounts.refreshSession(token, buildSource(request).origin, device);
    return sendSession(request, reply, session, { credentials: 'cookie', ...kept(device) });
  } catch (error) {
    const isRefused = error instanceof CodedError && error.definition.status === 401;
    if (isRefused && !(error instanceof SessionReplaced)) clearSessionCookies(reply);
    throw error;
  }
}

/**
 * Sets new cookies with the reply to a caller by cookie whose change has spent their access token, so that their pages go on
 * at once. It is a refresh with the cookie of the request, so that another tab that refreshes meanwhile gets the same
 * cookies. Others refresh. The change is done, so a failure is left to the next refresh, too.
 */
export async function renewCookies(
  accounts: Pick<Accounts, 'refreshSession'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (request.callerBy !== 'cookie') return;
  try {
    const token = findCookie(request, 'refresh');
    if (token === undefined) return;
    const device = readDevice(request, true);
    const { origin } = buildSource(request);
    const session = await accounts.refreshSession(token, origin, device);
    setSessionCookies(reply, session, kept(device).device);
  } catch (error) {
    if (error instanceof CodedError) recordRefusal(request, error);
    request.log.warn({ err: error }, 'a session was not renewed after a change of its user');
  }
}

/** A program that sent no device cookie gets none: its session is not bound to the new one. */
function kept(device: Device): { readonly device?: Device } {
  return device.isReturning ? { device } : {};
}

function setSessionCookies(reply: FastifyReply, session: Session, device?: Device): void {
  setOwnCookie(reply, 'access', session.accessToken, session.expiresIn);
  setOwnCookie(reply, 'refresh', session.refreshToken, session.refreshExpiresIn);
  if (device !== undefined) setDeviceCookie(reply, device);
}

function clearSessionCookies(reply: FastifyReply): void {
  clearOwnCookie(reply, 'access');
  clearOwnCookie(reply, 'refresh');
}

/**
 * Removes the session from the browser, with everything that pages of this origin have stored or cached there, for the next
 * person may use the same machine. If PUBLIC_URL has a path, storage is shared with other programs, so the pages remove
 * their own part of it. Source: https://www.w3.org/TR/clear-site-data.
 */
export function clearBrowser(reply: FastifyReply): void {
  clearSessionCookies(reply);
  const isShared = reply.server.publicPath !== '';
  reply.header('clear-site-data', isShared ? '"cache"' : '"cache", "storage"');
}
