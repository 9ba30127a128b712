import { escapeHtml } from '../../shared/escape-html.ts';
import { isolateDirection } from '../../shared/isolate-direction.ts';
import type { MailContent, MailOrder } from './mail-content.ts';

/** Thin, and visible on light and on dark. */
const RULE = '1px solid #9996';

/**
 * Renders a mail as HTML. It loads nothing, and its styles are inline, because mail programs drop style sheets. It names
 * no colour of text or background but those of its button, so it is dark where the mail program is.
 */
export function renderHtml(
  { subject, greeting, paragraphs, order, link }: MailContent,
  shopName: string,
): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(subject)}</title>
<div style="max-width:560px;margin:auto;padding:16px;font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere">
<p style="margin:0 0 24px;font-size:20px;font-weight:600"><bdi>${escapeHtml(shopName)}</bdi></p>
${[greeting, ...paragraphs].map((text) => `<p>${escapeHtml(text)}</p>`).join('\n')}
${order === null ? '' : detailsHtml(order)}<p style="margin:24px 0"><a href="${escapeHtml(link.url)}" style="display:inline-block;padding:10px 20px;border-radius:8px;background:#1d5fb8;color:#fff;font-weight:600;text-decoration:none">${escapeHtml(link.label)}</a></p>
${order === null ? '' : billHtml(order)}</div>
</html>
`;
}

/** The texts are isolated by marks, because `<bdi>` would take its direction from the first part of an address. */
function detailsHtml({ details }: MailOrder): string {
  if (details.length === 0) return '';
  const rows = details.map(
    ({ label, text }) =>
      `<tr><th align="left" valign="top" nowrap style="padding:4px 16px 4px 0;font-weight:600">${escapeHtml(label)}</th><td style="padding:4px 0">${escapeHtml(isolateDirection(text))}</td></tr>`,
  );
  return `<table style="margin:24px 0;border-collapse:collapse">
${rows.join('\n')}
</table>
`;
}

function billHtml({ lines, sums, total, remarks }: MailOrder): string {
  const rows = [
    ...lines.map((line) => {
      const details = line.details.map(
        (detail) => `<br><small><bdi>${escapeHtml(detail)}</bdi></small>`,
      );
      const name = `${line.quantity} &times; <bdi>${escapeHtml(line.name)}</bdi>`;
      return row(name + details.join(''), line.total, `border-top:${RULE};padding:8px 0`);
    }),
    ...sums.map(({ label, amount }, index) => {
      const rule = index === 0 ? `border-top:${RULE};` : '';
      const padding = `${index === 0 ? 8 : 2}px 0 ${index === sums.length - 1 ? 8 : 2}px`;
      return row(`<bdi>${escapeHtml(label)}</bdi>`, amount, `${rule}padding:${padding}`);
    }),
    row('Total', total, `border-top:${RULE};padding:8px 0;font-weight:600`),
    ...remarks.map(
      (remark) =>
        `<tr><td colspan="2" style="padding:0"><small><bdi>${escapeHtml(remark)}</bdi></small></td></tr>`,
    ),
  ];
  return `<table width="100%" style="border-collapse:collapse">
${rows.join('\n')}
</table>
`;
}

function row(html: string, amount: string, style: string): string {
  return `<tr><td style="${style}">${html}</td><td align="right" valign="top" nowrap style="${style};padding-left:16px">${escapeHtml(amount)}</td></tr>`;
}
