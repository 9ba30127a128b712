import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { ErrorDefinition } from '../shared/errors.ts';
import { escapeHtml } from '../shared/escape-html.ts';
import { ICON_LINK } from './icon.ts';
import { PAGE_POLICY } from './reply-headers.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 17px/1.6 system-ui, sans-serif; }
  body { max-width: 42rem; margin: 0 auto; padding: 3rem 1.25rem; }
  a { color: inherit; }
  code { font: 0.95em ui-monospace, monospace; }
  h1 { font-size: 1.7rem; line-height: 1.25; margin: 0.4rem 0 1rem; }
  .status { display: inline-block; padding: 0.1rem 0.6rem; border: 1px solid; border-radius: 1rem; font-size: 0.85rem; }
  table { border-collapse: collapse; width: 100%; }
  td { padding: 0.45rem 0.75rem 0.45rem 0; border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent); vertical-align: top; }
  footer { margin-top: 3rem; font-size: 0.85rem; opacity: 0.75; }
`;

export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header('content-security-policy', PAGE_POLICY)
    .header('cache-control', 'public, max-age=300')
    .type('text/html; charset=utf-8')
    .send(html);
}

/** Builds the page of an error. `publicPath` is the path of PUBLIC_URL, which precedes each link. */
export function problemPage(
  { code, status, title, explanation }: ErrorDefinition,
  publicPath: string,
): string {
  return page(
    code,
    `<p class="status">${status} ${escapeHtml(STATUS_CODES[status] ?? '')}</p>
    <h1>${prose(title)}</h1>
    <p>${prose(explanation)}</p>
    <p>The response has this code, <code>${escapeHtml(code)}</code>, in its member <code>code</code>. It is stable, so
    programs should check it. The sentences are for people. When you ask for help, quote the
    <code>requestId</code>.</p>
    <footer><a href="${publicPath}/problems">All problems</a> · <a href="${publicPath}/docs">API reference</a></footer>`,
  );
}

export function indexPage(definitions: readonly ErrorDefinition[], publicPath: string): string {
  const rows = definitions.map(
    ({ code, status, title }) =>
      `<tr><td><a href="${publicPath}/problems/${encodeURIComponent(code)}"><code>${escapeHtml(code)}</code></a></td>
      <td>${status}</td><td>${prose(title)}</td></tr>`,
  );
  return page(
    'Problems',
    `<h1>Problems</h1>
    <p>Every refusal of this server is a problem document (RFC 9457) with one of these codes.</p>
    <table>${rows.join('\n')}</table>
    <footer><a href="${publicPath}/docs">API reference</a></footer>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    ${ICON_LINK}
    <title>${escapeHtml(title)} · Holdfast</title>
    <style>${STYLE}</style>
  </head>
  <body>
    ${body}
  </body>
</html>
`;
}

/** Formats a text of the error catalogue, which marks code with backquotes. */
function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}
