import { escapeHtml } from '../../shared/escape-html.ts';
import { isolateDirection } from '../../shared/isolate-direction.ts';
import type { MailContent, MailOrder } from './mail-content.ts';

/**
 * Renders a mail as HTML, as the first revisions of the texts did. It loads nothing, and its styles are inline, because mail programs drop style sheets. Styles
 * are few, and attributes are used where they suffice.
 */
export function renderEarlyHtml(
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

function orderHtml({ lines, sums, total, remarks, details }: MailOrder): string {
  const rows = [
    ...lines.map((line) =>
      row(
        `${line.quantity} &times; <bdi>${escapeHtml(line.name)}</bdi>${line.details.map(detailHtml).join('')}`,
        line.total,
      ),
    ),
    ...sums.map(({ label, amount }) => row(`<bdi>${escapeHtml(label)}</bdi>`, amount)),
    `<tr><th align="left">Total</th><th align="right" nowrap>${escapeHtml(total)}</th></tr>`,
    ...remarks.map(
      (remark) => `<tr><td colspan="2"><small><bdi>${escapeHtml(remark)}</bdi></small></td></tr>`,
    ),
  ];
  const notes = details.map(
    ({ label, text }) => `<p>${escapeHtml(label)}: ${escapeHtml(isolateDirection(text))}</p>\n`,
  );
  return `<table width="100%" cellpadding="6" rules="rows">
${rows.join('\n')}
</table>
${notes.join('')}`;
}

function row(html: string, amount: string): string {
  return `<tr><td>${html}</td><td align="right" nowrap>${escapeHtml(amount)}</td></tr>`;
}

function detailHtml(detail: string): string {
  return `<br><small><bdi>${escapeHtml(detail)}</bdi></small>`;
}
