import { domainToASCII, domainToUnicode } from 'node:url';
import { invalidInput } from '../../shared/common-errors.ts';

/** Maximum characters of an address. Source: RFC 5321 §4.5.3.1.3, without the brackets. */
export const EMAIL_LENGTH_MAX = 254;

export interface Email {
  /** In Unicode NFKC with its case preserved, for display and for sending mail. */
  readonly address: string;
  /** Also in lower case, with its domain in Unicode even if it was typed in ASCII. Each key has one account. */
  readonly key: string;
}

/**
 * Dot-separated atoms, `@`, and a host name of two labels or more. Letters of any script (RFC 6531) but no quoted
 * local part, space, control or invisible character. Every repeated class excludes the separator that follows it, so
 * matching is linear.
 */
const SHAPE =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*(?:\.[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*)+$/u;

/** A Latin letter with a mark that has no composed form, such as the "i" that lower-casing "İ" leaves. */
const MARKED_LATIN = /\p{Script=Latin}\p{M}/u;

/** Scripts with look-alike letters. Each part of an address may use only one of them. */
const LOOK_ALIKE_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
];

/** A host name with a label that is not ASCII or is encoded in Punycode. */
const INTERNATIONAL = /[^ -~]|(?:^|\.)xn--/;
/** A domain label encoded in Punycode. */
const IN_ASCII = /(?:^|\.)xn--/;
/** Characters that Node's functions would parse as more than a host name. */
const URL_PARTS = /[\s%/\\?#:@[\]<>^|]/;
const LETTERS_AND_DIGITS = /^[\p{L}\p{M}\p{N}.-]+$/u;

/**
 * Returns the key of an address, or of part of one, in any shape that a person may type, for looking up accounts. In
 * Unicode, so that a search finds part of a domain as people read it. Source of the two forms of a domain: Unicode UTS
 * #46.
 */
export function emailKey(text: string): string {
  const folded = fold(text);
  const domainFrom = folded.lastIndexOf('@') + 1;
  // A search term may be part of the local part, so it is read as a domain only if it contains Punycode.
  if (domainFrom === 0 && !IN_ASCII.test(folded)) return folded;
  const domain = folded.slice(domainFrom);
  return folded.slice(0, domainFrom) + (domainKey(domain) ?? domain);
}

/** Returns null if the text is not a domain. */
function domainKey(domain: string): string | null {
  if (!INTERNATIONAL.test(domain)) return domain;
  const ascii = URL_PARTS.test(domain) ? '' : domainToASCII(domain);
  if (ascii === '') return null;
  // Folded again, because the standard writes Cherokee in capitals.
  const unicode = fold(domainToUnicode(ascii));
  // An emoji domain, for example, can only sign up in ASCII.
  return LETTERS_AND_DIGITS.test(unicode) ? unicode : ascii;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/**
 * Parses the address of a new account. Throws `request.invalid` at `pointer`. Parts that mix look-alike scripts are
 * refused, so that no one can imitate "admin@…" with a Cyrillic "а". Source: Unicode UTS #39 §5.2.
 */
export function parseEmail(text: string, pointer = '/email'): Email {
  const address = text.normalize('NFKC');
  const folded = fold(text);
  const key = emailKey(text);
  const isUsable =
    address.length <= EMAIL_LENGTH_MAX &&
    key.length <= EMAIL_LENGTH_MAX &&
    SHAPE.test(folded) &&
    SHAPE.test(key) &&
    domainKey(folded.slice(folded.indexOf('@') + 1)) !== null &&
    !MARKED_LATIN.test(key) &&
    key.split(/[@.]/).every(usesOneScript);
  if (!isUsable) throw invalidInput(pointer, 'This is not a usable e-mail address.');
  return { address, key };
}

function usesOneScript(part: string): boolean {
  return LOOK_ALIKE_SCRIPTS.filter((script) => script.test(part)).length <= 1;
}
