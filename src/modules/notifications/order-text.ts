import { isolateDirection } from '../../shared/isolate-direction.ts';
import type { MailOrder } from './mail-content.ts';

/** Parts of plain texts that all revisions have in common. Mails that were sent are shown with them: they never change. */

/** Returns the bill of an order, with a line for each of its lines and sums. */
export function billText({ lines, sums, total, remarks }: MailOrder): string {
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

/** Returns a line for each detail of an order. */
export function detailLines({ details }: MailOrder): string[] {
  return details.map(({ label, text }) => `${label}: ${isolateDirection(text)}`);
}
