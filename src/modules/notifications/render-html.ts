import type { Letter, LetterOrder } from './letter.ts';

const CELL = 'padding: 6px 0; border-bottom: 1px solid #ddd;';
const RIGHT = `${CELL} text-align: right; white-space: nowrap;`;

/** A letter as HTML. It loads nothing, and styles stand at their elements, since mail programs drop style sheets. */
export function renderHtml(
  { subject, greeting, paragraphs, order, link }: Letter,
  shopName: string,
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(subject)}</title>
</head>
<body style="margin: 0; padding: 24px; font-family: sans-serif; line-height: 1.5; color: #222;">
<div style="max-width: 560px; margin: 0 auto;">
<p style="font-size: 20px; font-weight: bold;">${escapeHtml(shopName)}</p>
${[greeting, ...paragraphs].map((text) => `<p>${escapeHtml(text)}</p>`).join('\n')}
${order === null ? '' : orderHtml(order)}<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a></p>
</div>
</body>
</html>
`;
}

function orderHtml({ lines, total, details }: LetterOrder): string {
  const rows = lines.map(
    (line) =>
      `<tr><td style="${CELL}">${line.quantity} &times; ${escapeHtml(line.name)}</td><td style="${RIGHT}">${escapeHtml(line.total)}</td></tr>`,
  );
  const sum = `<tr><th style="${CELL} text-align: left;">Total</th><th style="${RIGHT}">${escapeHtml(total)}</th></tr>`;
  const notes = details.map(
    ({ label, text }) => `<p>${escapeHtml(label)}: ${escapeHtml(text)}</p>\n`,
  );
  return `<table style="width: 100%; border-collapse: collapse; overflow-wrap: anywhere;">
${[...rows, sum].join('\n')}
</table>
${notes.join('')}`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
