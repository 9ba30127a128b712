import { isolate } from '../../shared/isolate.ts';
import type { Letter, LetterOrder } from './letter.ts';

/** A letter as plain text. */
export function renderText(
  { greeting, paragraphs, order, link }: Letter,
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

function orderText({ lines, total, details }: LetterOrder): string[] {
  const table = [
    ...lines.map((line) => `${line.quantity} x ${isolate(line.name)}: ${line.total}`),
    `Total: ${total}`,
  ].join('\n');
  return [table, ...details.map(({ label, text }) => `${label}: ${isolate(text)}`)];
}
