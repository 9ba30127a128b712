import type { MailContent } from './mail-content.ts';
import { billText, detailLines } from './order-text.ts';

/** Renders a mail as plain text, as the first revisions of the texts did. */
export function renderEarlyText(
  { greeting, paragraphs, order, link }: MailContent,
  shopName: string,
): string {
  return [
    greeting,
    ...paragraphs,
    ...(order === null ? [] : [billText(order), ...detailLines(order)]),
    `${link.label}:\n${link.url}`,
    shopName,
    '',
  ].join('\n\n');
}
