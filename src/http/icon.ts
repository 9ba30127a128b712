import type { App } from './app.ts';

/** The icon of Holdfast, the same as on the pages in `web/`. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6e4f"/><path d="M10 7v18M22 7v18M10 16h12" stroke="#fff" stroke-width="3.4" stroke-linecap="round" fill="none"/></svg>`;

/** For the head of a page. The icon is inline, so it works wherever the page is served. */
export const ICON_LINK = `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">`;

/** Serves the icon for documents without one, such as JSON opened in a browser, which requests this address. */
export function installIcon(app: App): void {
  app.get(
    '/favicon.ico',
    { schema: { operationId: 'getIcon' }, config: { page: true } },
    (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=86400')
        .type('image/svg+xml; charset=utf-8')
        .send(ICON),
  );
}
