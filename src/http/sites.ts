import type { FastifyRequest } from 'fastify';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly sites: Sites;
  }
}

/** A host of the server, as a browser sees it: without CONSOLE_URL there is one for everything. */
interface Site {
  /** Where it is, and the variable that says so. */
  readonly url: string;
  readonly urlVariable: 'PUBLIC_URL' | 'CONSOLE_URL';
  /** Origins of pages that may make changes by cookie, in addition to the request's own host if that is an address. */
  readonly allowedOrigins: ReadonlySet<string>;
  /** Whether scripts of CORS_ORIGINS may read replies. */
  readonly admitsOtherOrigins: boolean;
  /** Whether staff may be signed in by cookie. */
  readonly admitsStaff: boolean;
  /** Pages that do not exist here, such as `/shop`. */
  readonly absentPages: readonly string[];
}

/** What depends on the host that a request names. This is the only place that decides by it. */
export interface Sites {
  find(request: FastifyRequest): Site;
  /** Returns the URL of a page that may be on another host, such as `/console`, for a link. */
  buildLink(page: string): string;
}

export interface SitesOptions {
  readonly publicUrl: string;
  /** The URL at which staff use the console; null: PUBLIC_URL. */
  readonly consoleUrl: string | null;
  readonly corsOrigins: readonly string[];
  /** The path of both URLs. */
  readonly publicPath: string;
}

/** The page of staff. */
const CONSOLE = '/console';
/** The page of everybody else. */
const SHOP = '/shop';

/**
 * A script in a page of the shop can do what its user may do. With a host of their own, the console's pages and cookies
 * are out of its reach.
 */
export function createSites(options: SitesOptions): Sites {
  const { publicUrl, consoleUrl, corsOrigins, publicPath } = options;
  const shop: Site = {
    url: publicUrl,
    urlVariable: 'PUBLIC_URL',
    allowedOrigins: new Set([new URL(publicUrl).origin, ...corsOrigins]),
    admitsOtherOrigins: true,
    admitsStaff: consoleUrl === null,
    absentPages: consoleUrl === null ? [] : [CONSOLE],
  };
  if (consoleUrl === null) return { find: () => shop, buildLink: (page) => publicPath + page };
  const { origin, hostname } = new URL(consoleUrl);
  const staffSite: Site = {
    url: consoleUrl,
    urlVariable: 'CONSOLE_URL',
    allowedOrigins: new Set([origin]),
    admitsOtherOrigins: false,
    admitsStaff: true,
    absentPages: [SHOP],
  };
  return {
    // Not the port, which cookies do not distinguish. `hostname` is as seen through trusted proxies; an unknown one is the
    // shop's, which gives fewer rights.
    find: (request) => (request.hostname.toLowerCase() === hostname ? staffSite : shop),
    buildLink: (page) => (page === CONSOLE ? consoleUrl : publicUrl) + page,
  };
}

export function decorateSites(app: App, options: Omit<SitesOptions, 'publicPath'>): void {
  app.decorate('sites', createSites({ ...options, publicPath: app.publicPath }));
}

export function findSite(request: FastifyRequest): Site {
  return request.server.sites.find(request);
}
