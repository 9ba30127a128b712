import type {} from '@fastify/cookie';
import type { FastifyReply } from 'fastify';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly ownCookies: OwnCookies;
  }
}

/** A cookie that this server sets. Scripts cannot read it, and other sites cannot send it with a change. */
export interface OwnCookie {
  readonly name: string;
  /** As the browser sees it. */
  readonly path: string;
}

export interface OwnCookies {
  readonly access: OwnCookie;
  /** Sent only with sign-in, refresh and sign-out. */
  readonly refresh: OwnCookie;
  readonly device: OwnCookie;
}

/**
 * Returns the names and paths of the cookies. Browsers accept a name with a prefix only over TLS, and one with `__Host-`
 * only from this very host for all its paths, so nobody else can plant it. If PUBLIC_URL has a path, other programs share
 * the host, even other shops: there the session is limited to the path instead. What can be planted counts only together
 * with the device cookie that was there when the session began. Source: RFC 6265bis §4.1.3.
 */
export function buildOwnCookies(secure: boolean, publicPath: string): OwnCookies {
  const host = secure ? '__Host-' : '';
  const plain = secure ? '__Secure-' : '';
  const root = publicPath === '' ? '/' : publicPath;
  return {
    access: { name: `${publicPath === '' ? host : plain}holdfast_access`, path: root },
    refresh: { name: `${plain}holdfast_refresh`, path: `${publicPath}/api/auth` },
    device: { name: `${host}holdfast_device`, path: secure ? '/' : root },
  };
}

/** Returns whether another host of the domain, or whoever alters plain HTTP, can set a cookie of this name in a browser. */
export function canBePlanted({ name }: OwnCookie): boolean {
  return !name.startsWith('__Host-');
}

export function decorateOwnCookies(app: App, secure: boolean): void {
  app.decorate('ownCookies', buildOwnCookies(secure, app.publicPath));
}

/** Sets a cookie with the attributes of every cookie of this server: see `server.ts`. */
export function setOwnCookie(
  reply: FastifyReply,
  which: keyof OwnCookies,
  value: string,
  maxAgeSeconds: number,
): void {
  const { name, path } = reply.server.ownCookies[which];
  reply.setCookie(name, value, { path, maxAge: maxAgeSeconds });
}

export function clearOwnCookie(reply: FastifyReply, which: keyof OwnCookies): void {
  const { name, path } = reply.server.ownCookies[which];
  reply.clearCookie(name, { path });
}
