import { describeBill } from './describe-bill.ts';
import { describeLines } from './describe-lines.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';
import { createOrderMailWriter, type WriteOrderMail } from './write-order-mail.ts';
import { writeResetMail } from './write-reset-mail.ts';

/** One revision of what turns the data of a mail into its text. */
export interface Wording {
  readonly writeOrderMail: WriteOrderMail;
  readonly writeResetMail: typeof writeResetMail;
  readonly renderText: typeof renderText;
  readonly renderHtml: typeof renderHtml;
}

/**
 * All revisions of the texts of mails, oldest first. A mail is recorded with the number of its revision, and shown in
 * it. So a released revision never changes, just as a released migration; a test compares each with its texts. A new
 * text is a new revision: a copy of the last one with other functions.
 */
const wordings: readonly Wording[] = [
  {
    writeOrderMail: createOrderMailWriter(describeLines),
    writeResetMail,
    renderText,
    renderHtml,
  },
  // Mails show the bill, what was chosen for each line, and where the order goes.
  {
    writeOrderMail: createOrderMailWriter(describeBill),
    writeResetMail,
    renderText,
    renderHtml,
  },
];

/** The revision that new mails are written in. */
export const currentWording = wordings.length;

/** Returns a revision. A server that is being replaced by a newer version shows that one's mails in its own last one. */
export function getWording(revision: number): Wording {
  return wordings[Math.min(revision, currentWording) - 1]!;
}
