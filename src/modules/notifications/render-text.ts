import { isolateDirection } from '../../shared/isolate-direction.ts';
import type { MailContent, MailOrder } from './mail-content.ts';

/** Renders a mail as plain text. */
export function renderText(
  { greeting, paragraphs, order, link }: MailContent,
  shopName: string,
): string {
  return [
    greeting,
    ...paragraphs,
    ...(order === null ? [] : orderText(order)),
    `${link.label}:\n${link.url}`,
    shopName,
    '',
  ].join('\n\n');
}

function orderText({ lines, total, details }: MailOrder): string[] {
  const table = [
    ...lines.map((line) => `${line.quantity} x ${isolateDirection(line.name)}: ${line.total}`),
    `Total: ${total}`,
  ].join('\n');
  return [table, ...details.map(({ label, text }) => `${label}: ${isolateDirection(text)}`)];
}
