import type { MailContent } from './mail-content.ts';
import { billText, detailLines } from './order-text.ts';

/** Renders a mail as plain text. */
export function renderText(
  { greeting, paragraphs, order, link }: MailContent,
  shopName: string,
): string {
  return [
    greeting,
    ...paragraphs,
    order === null ? '' : detailLines(order).join('\n'),
    `${link.label}:\n${link.url}`,
    order === null ? '' : billText(order),
    shopName,
  ]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n');
}
