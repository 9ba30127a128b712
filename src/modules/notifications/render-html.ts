import { escapeHtml } from '../../shared/escape-html.ts';
import { isolateDirection } from '../../shared/isolate-direction.ts';
import type { MailContent, MailOrder } from './mail-content.ts';

/**
 * Renders a mail as HTML. It loads nothing, and its styles are inline, because mail programs drop style sheets. Styles
 * are few, and attributes are used where they suffice.
 */
export function renderHtml(
  { subject, greeting, paragraphs, order, link }: MailContent,
  shopName: string,
): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(subject)}</title>
<div style="max-width:560px;margin:auto;padding:24px;font:16px/1.5 sans-serif;color:#222;overflow-wrap:anywhere">
<h3>${escapeHtml(shopName)}</h3>
${[greeting, ...paragraphs].map((text) => `<p>${escapeHtml(text)}</p>`).join('\n')}
${order === null ? '' : orderHtml(order)}<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a></p>
</div>
</html>
`;
}

function orderHtml({ lines, total, details }: MailOrder): string {
  const rows = lines.map(
    (line) =>
      `<tr><td>${line.quantity} &times; <bdi>${escapeHtml(line.name)}</bdi></td><td align="right" nowrap>${escapeHtml(line.total)}</td></tr>`,
  );
  const sum = `<tr><th align="left">Total</th><th align="right" nowrap>${escapeHtml(total)}</th></tr>`;
  const notes = details.map(
    ({ label, text }) => `<p>${escapeHtml(label)}: ${escapeHtml(isolateDirection(text))}</p>\n`,
  );
  return `<table width="100%" cellpadding="6" rules="rows">
${[...rows, sum].join('\n')}
</table>
${notes.join('')}`;
}
