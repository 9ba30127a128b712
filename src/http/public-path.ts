import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { App } from './app.ts';
import { findMethods, getPath } from './paths.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The path of PUBLIC_URL, such as `/holdfast`: it begins every path that is given out. Empty where it has none. */
    readonly publicPath: string;
  }
}

/** Empty, or with a slash at its beginning and none at its end. */
export function getPublicPath(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

/** Routes know nothing of the path: each `Location` that they name is of this server, and gets it before it goes out. */
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
 * Fastify's `rewriteUrl`: takes the path of PUBLIC_URL away where a proxy has kept it, so that everything behind it knows
 * one address of each thing. An address of ours that begins like it (PUBLIC_URL may end in `/api`) stays as it is, unless
 * there is one without it too.
 */
export function createUrlRewriter(publicPath: string) {
  return function rewriteUrl(this: FastifyInstance, { url = '/' }: IncomingMessage): string {
    // A request may name the whole URL. Source: RFC 9112 §3.2.2.
    const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '');
    const rest = stripPublicPath(target, publicPath);
    if (rest === null) return url;
    const hasRoute = (at: string) => findMethods(this, getPath(at)).length > 0;
    return hasRoute(target) && !hasRoute(rest) ? url : rest;
  };
}

/** What follows the path, as an address of its own; null for a target that is not below it. */
function stripPublicPath(target: string, publicPath: string): string | null {
  const begin = target.startsWith(publicPath) ? publicPath : findOtherSpelling(target, publicPath);
  if (begin === null) return null;
  const rest = target.slice(begin.length);
  if (rest.startsWith('/')) return rest;
  return rest === '' || rest.startsWith('?') ? `/${rest}` : null;
}

/** How the target spells the path, when it does so with other characters percent-encoded: `/%68oldfast` is `/holdfast`. */
function findOtherSpelling(target: string, publicPath: string): string | null {
  if (!target.includes('%') && !publicPath.includes('%')) return null;
  const begin = getPath(target).split('/', publicPath.split('/').length).join('/');
  try {
    return decodeURIComponent(begin) === decodeURIComponent(publicPath) ? begin : null;
  } catch {
    return null;
  }
}

/** For a request that never came as far as the router: its path as it is seen from outside, if a proxy kept it or not. */
export function getRequestedPath(path: string, publicPath: string): string {
  const isWhole = !path.startsWith('/') || stripPublicPath(path, publicPath) !== null;
  return isWhole ? path : `${publicPath}${path}`;
}
