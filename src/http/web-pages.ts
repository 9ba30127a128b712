import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { Type } from 'typebox';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { escapeHtml } from '../shared/escape-html.ts';
import type { App } from './app.ts';
import { ICON_LINK } from './icon.ts';
import { findSite } from './sites.ts';

export interface WebPage {
  /** The path below the server's root, such as `/shop`. Paths below it that are not files serve the page too. */
  readonly path: string;
  /** The operation id for the access table. */
  readonly operationId: string;
  /** What its `<meta>` elements contain that are empty in its file, by name. */
  readonly metas: Readonly<Record<string, string>>;
}

/** Allows scripts, styles and calls of this server only. The components of the pages need inline styles. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8">${ICON_LINK}<title>Not built · Holdfast</title>
<p>This page has not been built. Run <code>npm run build:web</code> in the folder of the server.</p></html>
`;

/**
 * Serves pages that were built into `folder`, one folder each. The files in their `assets` have a content hash in their
 * name, so they may be cached forever. The page itself is requested each time.
 */
export async function installWebPages(
  app: App,
  folder: string,
  pages: readonly WebPage[],
): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    preCompressed: true,
    // Set manually below.
    cacheControl: false,
    etag: true,
    lastModified: false,
  });
  for (const page of pages) {
    const others = pages.filter((other) => other !== page).map(({ path }) => path);
    installPage(app, folder, page, others);
  }
}

function installPage(
  app: App,
  folder: string,
  { path, operationId, metas }: WebPage,
  others: readonly string[],
): void {
  const index = `${path.slice(1)}/index.html`;
  const sendIndex = (reply: FastifyReply) => {
    reply
      .header('content-security-policy', POLICY)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8');
    return existsSync(join(folder, index)) ? buildIndex() : reply.code(503).send(NOT_BUILT);
  };
  /**
   * Adds the path of PUBLIC_URL to the page, which was built for a server without one, where the other pages are, and what
   * else the page is told.
   */
  const buildIndex = async () => {
    const html = await readFile(join(folder, index), 'utf8');
    return html
      .replace(/(?<==")(\/\w+)(?=\/)/g, (name) => {
        if (name === path) return app.publicPath + path;
        return others.includes(name) ? app.sites.buildLink(name) : name;
      })
      .replace(/(?<=<meta name="([\w-]+)" content=")(?=")/g, (_empty, name: string) =>
        escapeHtml(metas[name] ?? ''),
      );
  };
  const config = { page: true };
  const onRequest = (
    request: FastifyRequest,
    _reply: FastifyReply,
    done: HookHandlerDoneFunction,
  ) => {
    const { absentPages } = findSite(request);
    done(absentPages.includes(path) ? new CodedError(requestErrors.notFound) : undefined);
  };

  app.get(path, { onRequest, schema: { operationId }, config }, (_request, reply) =>
    sendIndex(reply),
  );
  app.get(`${path}/*`, { onRequest, schema: { operationId }, config }, (_request, reply) =>
    sendIndex(reply),
  );
  app.get(
    `${path}/assets/:file`,
    { onRequest, schema: { operationId, params: Type.Object({ file: Type.String() }) }, config },
    (request, reply) => {
      const { file } = request.params;
      if (!/^[A-Za-z0-9._-]+$/.test(file) || !existsSync(join(folder, path, 'assets', file))) {
        throw new CodedError(requestErrors.notFound);
      }
      reply.header('cache-control', 'public, max-age=31536000, immutable');
      return reply.sendFile(`${path.slice(1)}/assets/${file}`);
    },
  );
}
