import { createRequire } from 'node:module';
import type * as commonLanguage from '@zxcvbn-ts/language-common';
import type { Role } from '../../../shared/caller.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { emailKey } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import {
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  STAFF_PASSWORD_LENGTH_MIN,
  STAFF_PASSWORD_WITH_FACTOR_LENGTH_MIN,
} from '../user.ts';

/** The owner of a new password. Guesses begin with what others know about a person and where they sign in. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Whether a sign-in also asks for a second factor. */
  readonly hasFactor: boolean;
}

/** Invisible text: white space, invisible characters of every script, and the blank of Braille. */
const BLANKS = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]+/gu;
const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
const SIGNS_AND_DIGITS = /[^\p{L}\p{M}]+/gu;
const BETWEEN_WORDS = SIGNS;

/** Anything shorter is not a word, only letters that happen to occur among digits. */
const WORD_LENGTH_MIN = 3;
/** People repeat a word once or twice. */
const REPEATED_LENGTH_MAX = 32;

/** Digits past the 9, letters, and rows of keys. */
const RUNS = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  '!@#$%^&*()',
].flatMap((run) => [run, [...run].reverse().join('')]);

const load = createRequire(import.meta.url);
let common: ReadonlySet<string> | undefined;

/**
 * Returns about 50,000 common passwords in lower case, and the letters of each. They are loaded when the first password is
 * chosen, which takes 30 ms, because most processes never need their 4.5 MB.
 */
function commonPasswords(): ReadonlySet<string> {
  if (common === undefined) {
    const { dictionary } = load('@zxcvbn-ts/language-common') as typeof commonLanguage;
    const listed = dictionary['passwords-common'];
    const bare = listed.flatMap((word) => [
      word.replace(SIGNS, ''),
      word.replace(SIGNS_AND_DIGITS, ''),
    ]);
    common = new Set([...listed, ...bare.filter((word) => word.length >= WORD_LENGTH_MIN)]);
  }
  return common;
}

/**
 * Throws `request.invalid` for a password outside its limits and `accounts.password_too_common`. `pointer` locates the
 * password in the request. Must be called before a password is hashed, wherever one is set.
 */
export function requireGoodPassword(
  password: string,
  owner: PasswordOwner,
  shopName: string,
  pointer = '/password',
): void {
  const lengthMin = findLengthMin(owner);
  // Code points, so that each character counts once in every script. Source: NIST SP 800-63B-4 §3.1.1.2.
  const { length } = [...password];
  if (length < lengthMin || length > PASSWORD_LENGTH_MAX) {
    const whose = owner.role === 'customer' ? 'A password' : 'A password of staff';
    throw invalidInput(pointer, `${whose} has ${lengthMin} to ${PASSWORD_LENGTH_MAX} characters.`);
  }
  if (!isCommonPassword(password, { ...owner, shopName })) return;
  const { passwordTooCommon } = accountsErrors;
  throw new CodedError(passwordTooCommon, {
    errors: [{ pointer, detail: passwordTooCommon.title }],
  });
}

function findLengthMin({ role, hasFactor }: PasswordOwner): number {
  if (role === 'customer') return PASSWORD_LENGTH_MIN;
  return hasFactor ? STAFF_PASSWORD_WITH_FACTOR_LENGTH_MIN : STAFF_PASSWORD_LENGTH_MIN;
}

/** What somebody who tries passwords would know. */
export interface PublicWords {
  readonly email: string;
  readonly name: string;
  readonly shopName: string;
}

/**
 * Returns whether a password is among the first guesses: a common one, only blanks, the owner's address or name, the
 * shop's name, or one of these repeated. Compared as a whole and without case, digits and signs, so that these add
 * nothing; several words in a row are accepted unless they are a common password together.
 */
export function isCommonPassword(
  password: string,
  { email, name, shopName }: PublicWords,
): boolean {
  const text = fold(password);
  // One or two letters among blanks are as weak as blanks.
  if ([...text.replace(BLANKS, '')].length < WORD_LENGTH_MIN) return true;
  const address = emailKey(email);
  if (emailKey(text.trim()) === address) return true;
  const piece = findRepeatedPiece(text);
  if (piece !== text && [...piece].length < PASSWORD_LENGTH_MIN) return true;
  const own = new Set([
    ...listSpellings(address),
    ...listSpellings(address.split('@')[0]!),
    ...listSpellings(name),
    ...listSpellings(shopName),
  ]);
  const isWord = (word: string) =>
    isCommon(word) || (word.length >= WORD_LENGTH_MIN && own.has(word));
  const letters = text.replace(SIGNS_AND_DIGITS, '');
  return [piece, trim(piece), piece.replace(SIGNS, ''), letters, findRepeatedPiece(letters)].some(
    isWord,
  );
}

function isCommon(word: string): boolean {
  return (
    word.length >= WORD_LENGTH_MIN &&
    (commonPasswords().has(word) ||
      RUNS.some((run) => run.includes(word)) ||
      findRepeatedPiece(word).length * 3 <= word.length)
  );
}

/** Returns the text as a whole, without separators, its letters, and the parts between separators. */
function listSpellings(text: string): string[] {
  const folded = fold(text);
  const words = folded.split(BETWEEN_WORDS);
  return [folded, words.join(''), folded.replace(SIGNS_AND_DIGITS, ''), ...words];
}

/** Returns the piece that a text repeats to its end, the last one possibly cut off; otherwise the text itself. */
function findRepeatedPiece(text: string): string {
  if (text.length > REPEATED_LENGTH_MAX) return text;
  for (let length = 1; length * 2 <= text.length; length += 1) {
    if (text.startsWith(text.slice(length))) return text.slice(0, length);
  }
  return text;
}

function trim(text: string): string {
  return text.replace(/^[^\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu, '');
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC');
}
