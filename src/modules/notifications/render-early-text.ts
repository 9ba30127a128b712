import { isolateDirection } from '../../shared/isolate-direction.ts';
import type { MailContent, MailOrder } from './mail-content.ts';

/** Renders a mail as plain text, as the first revisions of the texts did. */
export function renderEarlyText(
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

function orderText({ lines, sums, total, remarks, details }: MailOrder): string[] {
  const table = [
    ...lines.flatMap((line) => [
      `${line.quantity} x ${isolateDirection(line.name)}: ${line.total}`,
      ...line.details.map((detail) => `  ${isolateDirection(detail)}`),
    ]),
    ...sums.map(({ label, amount }) => `${isolateDirection(label)}: ${amount}`),
    `Total: ${total}`,
    ...remarks.map(isolateDirection),
  ].join('\n');
  return [table, ...details.map(({ label, text }) => `${label}: ${isolateDirection(text)}`)];
}
