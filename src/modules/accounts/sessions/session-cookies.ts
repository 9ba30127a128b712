import type {} from '@fastify/cookie';
import type { FastifyReply } from 'fastify';
import { sessionCookies } from '../../../http/index.ts';
import type { Session } from './session.ts';

export interface SessionCookieOptions {
  readonly secure: boolean;
}

/** Sets the tokens as cookies that scripts cannot read. */
export function setSessionCookies(
  reply: FastifyReply,
  session: Session,
  options: SessionCookieOptions,
): void {
  const { access, refresh } = sessionCookies;
  const common = { httpOnly: true, sameSite: 'lax', secure: options.secure } as const;
  reply.setCookie(access.name, session.accessToken, {
    ...common,
    path: buildCookiePath(reply, access.path),
    maxAge: session.expiresIn,
  });
  reply.setCookie(refresh.name, session.refreshToken, {
    ...common,
    path: buildCookiePath(reply, refresh.path),
    maxAge: session.refreshExpiresIn,
  });
}

export function clearSessionCookies(reply: FastifyReply, options: SessionCookieOptions): void {
  for (const { name, path } of Object.values(sessionCookies)) {
    reply.clearCookie(name, {
      path: buildCookiePath(reply, path),
      httpOnly: true,
      sameSite: 'lax',
      secure: options.secure,
    });
  }
}

/** Returns the path as the browser sees it. If PUBLIC_URL has a path, other programs may share the host. */
function buildCookiePath({ server }: FastifyReply, path: string): string {
  return path === '/' && server.publicPath !== '' ? server.publicPath : server.publicPath + path;
}
