import type { AccountMailContent, AccountMailKind } from '../accounts/index.ts';
import { describeBill } from './describe-bill.ts';
import { describeFulfilment, findType } from './describe-fulfilment.ts';
import { describeLines } from './describe-lines.ts';
import { formatTime, formatUtc } from './format-time.ts';
import type {
  AccountTextSettings,
  MailContent,
  MailOrder,
  MailText,
  TextSettings,
} from './mail-content.ts';
import type { OrderMailSource } from './order-mail-source.ts';
import { renderEarlyHtml } from './render-early-html.ts';
import { renderEarlyText } from './render-early-text.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';
import { withoutOwnWords } from './without-own-words.ts';
import { type AccountMailWriter, createAccountMailWriter } from './write-account-mail.ts';
import { createOrderMailWriter, type OrderMail } from './write-order-mail.ts';

/** One revision of what turns the data of a mail into its text. */
export interface Wording {
  writeOrderMail(mail: OrderMail, settings: TextSettings): MailText;
  writeAccountMail(
    kind: AccountMailKind,
    content: AccountMailContent,
    settings: AccountTextSettings,
  ): MailText;
  findAccountSubject(kind: AccountMailKind): string;
}

/** States when, where and for whom the order is, by the shop's clock, and leads to its page. */
const writeFulfilledMail = createOrderMailWriter({
  describeOrder: ({ kind, source }, settings) => describeFulfilment(kind, source, settings),
  formatDeadline: (at, { source }, { timeZone }) =>
    // A parcel may go to another zone than the shop's.
    formatTime(at, { timeZone, withZone: findType(source.order) === 'SHIPMENT' }),
  buildReadySentence,
  buildLink,
});

/** When only resets had a link with a token, it was in the query, which servers receive and may log. */
const earlyAccountMails = createAccountMailWriter('?');

/**
 * All revisions of the texts of mails, oldest first. A mail is recorded with the number of its revision, and shown in
 * it. So a released revision never changes, just as a released migration; a test compares each with its texts. A new
 * text is a new revision: a copy of the last one with other functions.
 */
const wordings: readonly Wording[] = [
  createEarlyWording(describeLines),
  // Mails show the bill, what was chosen for each line, and where the order goes.
  createEarlyWording(describeBill),
  createWording(writeFulfilledMail, earlyAccountMails, renderText, renderHtml),
  // Mails to an address that nobody has proven to be theirs repeat nothing that its customer typed.
  createWording(writeProvenMail, createAccountMailWriter('#'), renderText, renderHtml),
];

function createEarlyWording(describeOrder: (source: OrderMailSource) => MailOrder): Wording {
  const writeOrderMail = createOrderMailWriter({
    describeOrder: ({ source }) => describeOrder(source),
    formatDeadline: formatUtc,
    buildReadySentence: ({ number }) => `Your order ${number} is ready.`,
    buildLink: (_mail, { publicUrl }) => ({ label: 'See your orders', url: `${publicUrl}/shop` }),
  });
  return createWording(writeOrderMail, earlyAccountMails, renderEarlyText, renderEarlyHtml);
}

type Render = (content: MailContent, shopName: string) => string;

function createWording(
  writeContent: (mail: OrderMail, settings: TextSettings) => MailContent,
  accountMails: AccountMailWriter,
  toText: Render,
  toHtml: Render,
): Wording {
  const render = (content: MailContent, { shopName }: TextSettings): MailText => ({
    subject: content.subject,
    text: toText(content, shopName),
    html: toHtml(content, shopName),
  });
  return {
    writeOrderMail: (mail, settings) => render(writeContent(mail, settings), settings),
    writeAccountMail: (kind, content, settings) =>
      render(accountMails.write(kind, content, settings), settings),
    findAccountSubject: accountMails.findSubject,
  };
}

function writeProvenMail(mail: OrderMail, settings: TextSettings): MailContent {
  if (!mail.facts.omitsOwnWords) return writeFulfilledMail(mail, settings);
  const content = writeFulfilledMail({ ...mail, source: withoutOwnWords(mail.source) }, settings);
  const hint =
    'What you wrote yourself, such as an address or a note, is on the page of your order. Mails state it once you have confirmed your e-mail address.';
  return { ...content, paragraphs: [...content.paragraphs, hint] };
}

function buildReadySentence(order: OrderMailSource['order']): string {
  const purposes = {
    PICKUP: ' for pickup',
    DELIVERY: ' for delivery',
    DINE_IN: '',
    SHIPMENT: ' to be shipped',
  };
  const type = findType(order);
  return `Your order ${order.number} is ready${type === null ? '' : purposes[type]}.`;
}

/** A guest has no account to sign in to. The token is in the fragment, which no server receives or logs. */
function buildLink(
  { facts, source, orderToken }: OrderMail,
  { publicUrl }: TextSettings,
): MailContent['link'] {
  const path = `/orders/${source.order.id}`;
  const token = orderToken === null ? '' : `?token=${orderToken}`;
  const url = facts.isGuest ? `${publicUrl}/shop#${path}${token}` : `${publicUrl}/shop${path}`;
  return { label: 'See your order', url };
}

/** The revision that new mails are written in. */
export const currentWording = wordings.length;

/** Returns a revision. A server that is being replaced by a newer version shows that one's mails in its own last one. */
export function getWording(revision: number): Wording {
  return wordings[Math.min(revision, currentWording) - 1]!;
}
