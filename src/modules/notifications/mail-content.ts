import { isolateDirection } from '../../shared/isolate-direction.ts';

/** A mail as it is sent. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What the texts of all mails have in common. */
export interface TextSettings {
  readonly shopName: string;
  readonly publicUrl: string;
  /** The zone of the times in the texts, an IANA name. */
  readonly timeZone: string;
}

/** What the texts of mails about accounts depend on besides: they are not written again when they are shown. */
export interface AccountTextSettings extends TextSettings {
  /** The URL below which the console is, without a slash at its end. */
  readonly consoleUrl: string;
}

/** The content of a mail before rendering as text or HTML. Each text is one line and not escaped. */
export interface MailContent {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly order: MailOrder | null;
  readonly link: { readonly label: string; readonly url: string };
}

export interface MailOrder {
  readonly lines: readonly MailLine[];
  /** What leads from the lines to the total. */
  readonly sums: readonly MailAmount[];
  readonly total: string;
  /** Such as the taxes that the total contains. */
  readonly remarks: readonly string[];
  /** Such as the time and the address. */
  readonly details: readonly { readonly label: string; readonly text: string }[];
}

export interface MailLine {
  readonly quantity: number;
  readonly name: string;
  readonly total: string;
  /** Such as its modifiers. */
  readonly details: readonly string[];
}

export interface MailAmount {
  readonly label: string;
  readonly amount: string;
}

/** The maximum length of a name in a greeting; a longer text is not a name. */
const GREETED_LENGTH_MAX = 60;

/**
 * Returns people's text on one line: without line breaks, other controls, and the marks that reverse the direction of
 * writing and so make a text read as another.
 */
export function toOneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/**
 * Parts what mail programs would turn into a link: anyone can place an order with another person's e-mail address, and
 * instructions or notes that the shop repeats must not lead that person anywhere. Words remain readable: `evil. example`.
 */
export function partLinks(text: string): string {
  return text
    .replace(/([.\u3002\uff0e\uff61])(?=\p{L})/gu, '$1 ')
    .replace(/:(?=[/\\]{2})/g, ': ')
    .replace(/(?<=\S)@(?=\S)/g, ' @ ');
}

/**
 * Returns the name for a greeting, or an empty text if the name could be a web address: anyone can sign up with another
 * person's e-mail address, and mail programs turn what looks like a web address into a link.
 */
export function greetedName(name: string): string {
  const line = toOneLine(name);
  const isName = line.length <= GREETED_LENGTH_MAX && !/[/\\@:]|\S\.\S/.test(line);
  return isName ? line : '';
}

/** Returns a greeting with a `greetedName`. */
export function buildGreeting(name: string): string {
  return name === '' ? 'Hello,' : `Hello ${isolateDirection(name)},`;
}
