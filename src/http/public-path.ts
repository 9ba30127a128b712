import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { App } from './app.ts';
import { findMethods, getPath } from './paths.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The path of PUBLIC_URL, such as `/holdfast`, which precedes every path in replies. Empty if it has none. */
    readonly publicPath: string;
  }
}

/** Returns the path of PUBLIC_URL: empty, or with a leading slash and no trailing one. */
export function getPublicPath(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

/** Adds the path to each `Location`. Routes do not include it. */
export function installPublicPath(app: App, publicPath: string): void {
  app.decorate('publicPath', publicPath);
  if (publicPath === '') return;
  app.addHook('onSend', (_request, reply, payload, done) => {
    const location = reply.getHeader('location');
    if (location !== undefined) reply.header('location', `${publicPath}${String(location)}`);
    done(null, payload);
  });
}

/**
 * Creates Fastify's `rewriteUrl`, which removes the path of PUBLIC_URL if a proxy has kept it, so that routes have one
 * address each. An address of ours that starts with the same path (PUBLIC_URL may end in `/api`) stays unchanged,
 * unless the rest has a route too.
 */
export function createUrlRewriter(publicPath: string) {
  return function rewriteUrl(this: FastifyInstance, { url = '/' }: IncomingMessage): string {
    // The target may be an absolute URL. Source: RFC 9112 §3.2.2.
    const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '');
    const rest = stripPublicPath(target, publicPath);
    if (rest === null) return url;
    const hasRoute = (at: string) => findMethods(this, getPath(at)).length > 0;
    return hasRoute(target) && !hasRoute(rest) ? url : rest;
  };
}

/** Returns the target without the path, or null if it is not below the path. */
function stripPublicPath(target: string, publicPath: string): string | null {
  const begin = target.startsWith(publicPath) ? publicPath : findOtherSpelling(target, publicPath);
  if (begin === null) return null;
  const rest = target.slice(begin.length);
  if (rest.startsWith('/')) return rest;
  return rest === '' || rest.startsWith('?') ? `/${rest}` : null;
}

/** Returns the target's spelling of the path if it percent-encodes other characters: `/%68oldfast` is `/holdfast`. */
function findOtherSpelling(target: string, publicPath: string): string | null {
  if (!target.includes('%') && !publicPath.includes('%')) return null;
  const begin = getPath(target).split('/', publicPath.split('/').length).join('/');
  try {
    return decodeURIComponent(begin) === decodeURIComponent(publicPath) ? begin : null;
  } catch {
    return null;
  }
}

/** Returns the public path of a request that never reached the router, whether or not a proxy kept the path. */
export function getRequestedPath(path: string, publicPath: string): string {
  const isWhole = !path.startsWith('/') || stripPublicPath(path, publicPath) !== null;
  return isWhole ? path : `${publicPath}${path}`;
}
