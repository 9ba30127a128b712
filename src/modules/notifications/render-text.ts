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
    order === null ? '' : detailsText(order),
    `${link.label}:\n${link.url}`,
    order === null ? '' : billText(order),
    shopName,
  ]
    .filter((block) => block !== '')
    .join('\n\n')
    .concat('\n');
}

function detailsText({ details }: MailOrder): string {
  return details.map(({ label, text }) => `${label}: ${isolateDirection(text)}`).join('\n');
}

function billText({ lines, sums, total, remarks }: MailOrder): string {
  return [
    ...lines.flatMap((line) => [
      `${line.quantity} x ${isolateDirection(line.name)}: ${line.total}`,
      ...line.details.map((detail) => `  ${isolateDirection(detail)}`),
    ]),
    ...sums.map(({ label, amount }) => `${isolateDirection(label)}: ${amount}`),
    `Total: ${total}`,
    ...remarks.map(isolateDirection),
  ].join('\n');
}
