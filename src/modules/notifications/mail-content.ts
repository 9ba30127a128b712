import { isolateDirection } from '../../shared/isolate-direction.ts';

/** What a mail says, before it is text or HTML. Texts are of one line each and not escaped. */
export interface MailContent {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly order: MailOrder | null;
  readonly link: { readonly label: string; readonly url: string };
}

export interface MailOrder {
  readonly lines: readonly {
    readonly quantity: number;
    readonly name: string;
    readonly total: string;
  }[];
  readonly total: string;
  /** Such as where it goes. */
  readonly details: readonly { readonly label: string; readonly text: string }[];
}

/** How long a name may be that a letter greets by: a longer one is no name. */
const GREETED_LENGTH_MAX = 60;

/**
 * What people wrote, on one line: without line breaks, other controls, and the marks that turn the direction of writing
 * round and so make a text read as another.
 */
export function toOneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/**
 * By name, unless it could be an address of the web: anybody can sign up with another's e-mail, and mail programs make
 * links of what looks like one.
 */
export function buildGreeting(name: string): string {
  const line = toOneLine(name);
  const isName = line !== '' && line.length <= GREETED_LENGTH_MAX && !/[/\\@:]|\S\.\S/.test(line);
  return isName ? `Hello ${isolateDirection(line)},` : 'Hello,';
}
