import { domainToASCII, domainToUnicode } from 'node:url';
import { invalidInput } from '../../shared/common-errors.ts';

/** Characters of an address. Source: RFC 5321 §4.5.3.1.3, without the brackets. */
export const EMAIL_LENGTH_MAX = 254;

export interface Email {
  /** In Unicode NFKC with its case kept: what is shown and what mail is sent to. */
  readonly address: string;
  /** The address in lower case as well, its domain in Unicode even where it was typed in ASCII: one account per key. */
  readonly key: string;
}

/**
 * Dot-separated atoms, `@`, and a host name of two labels or more. Letters of any script (RFC 6531) but no quoted
 * local part, space, control or invisible character. Every repeated class excludes the separator that follows it, so
 * matching is linear.
 */
const SHAPE =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*(?:\.[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*)+$/u;

/** A Latin letter with a mark that has no composed form, such as the "i" that remains of a lower-cased "İ". */
const MARKED_LATIN = /\p{Script=Latin}\p{M}/u;

/** Scripts whose letters look like those of others, of which one part of an address takes only one. */
const LOOK_ALIKE_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
];

/** A host name of which some label is not ASCII, or is written in ASCII by Punycode. */
const INTERNATIONAL = /[^ -~]|(?:^|\.)xn--/;
/** A label of a domain that Punycode writes in ASCII. */
const IN_ASCII = /(?:^|\.)xn--/;
/** What the functions of Node would read as more than a host name. */
const URL_PARTS = /[\s%/\\?#:@[\]<>^|]/;
const LETTERS_AND_DIGITS = /^[\p{L}\p{M}\p{N}.-]+$/u;

/**
 * The key of an address as somebody typed it, or of a part of one, whatever its shape: for looking an account up. In Unicode,
 * so that a search finds a part of a domain as people read it. Source of the two forms of a domain: Unicode UTS #46.
 */
export function emailKey(text: string): string {
  const folded = fold(text);
  const domainFrom = folded.lastIndexOf('@') + 1;
  // A part of an address that is searched for need not be of its domain: it is only read as one when it is in ASCII.
  if (domainFrom === 0 && !IN_ASCII.test(folded)) return folded;
  const domain = folded.slice(domainFrom);
  return folded.slice(0, domainFrom) + (domainKey(domain) ?? domain);
}

/** Null for what is no domain. */
function domainKey(domain: string): string | null {
  if (!INTERNATIONAL.test(domain)) return domain;
  const ascii = URL_PARTS.test(domain) ? '' : domainToASCII(domain);
  if (ascii === '') return null;
  // Folded once more: the standard writes Cherokee in capitals.
  const unicode = fold(domainToUnicode(ascii));
  // Such as one of emoji, which can only be signed up in ASCII.
  return LETTERS_AND_DIGITS.test(unicode) ? unicode : ascii;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/**
 * Reads an address for a new account; throws `request.invalid` at `pointer`. Parts that mix look-alike scripts are
 * refused, so that nobody signs up beside "admin@…" with a Cyrillic "а". Source: Unicode UTS #39 §5.2.
 */
export function parseEmail(text: string, pointer = '/email'): Email {
  const address = text.normalize('NFKC');
  const folded = fold(text);
  const key = emailKey(text);
  const sound =
    address.length <= EMAIL_LENGTH_MAX &&
    key.length <= EMAIL_LENGTH_MAX &&
    SHAPE.test(folded) &&
    SHAPE.test(key) &&
    domainKey(folded.slice(folded.indexOf('@') + 1)) !== null &&
    !MARKED_LATIN.test(key) &&
    key.split(/[@.]/).every(usesOneScript);
  if (!sound) throw invalidInput(pointer, 'This is not a usable e-mail address.');
  return { address, key };
}

function usesOneScript(part: string): boolean {
  return LOOK_ALIKE_SCRIPTS.filter((script) => script.test(part)).length <= 1;
}
