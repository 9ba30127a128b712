import { createRequire } from 'node:module';
import type * as commonLanguage from '@zxcvbn-ts/language-common';
import { CodedError } from '../../shared/errors.ts';
import { emailKey } from './email.ts';
import { accountsErrors } from './errors.ts';
import { PASSWORD_LENGTH_MIN } from './user.ts';

/** The owner of a new password. Guesses begin with what others know about a person. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
}

/** Invisible text: white space, invisible characters of every script, and the blank of Braille. */
const BLANKS = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]+/gu;
/** White space stays: it separates words, and several words in a row make the best passwords. */
const SIGNS = /[^\p{L}\p{M}\p{N}\p{White_Space}]+/gu;
const SIGNS_AND_DIGITS = /[^\p{L}\p{M}\p{White_Space}]+/gu;
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}]+/gu;

/** Anything shorter is not a word, only letters that happen to occur among digits. */
const WORD_LENGTH_MIN = 3;
/** Up to this many digits next to a word are a year, a birthday or a count, which are tried with every word. */
const COMMON_DIGITS_MAX = 4;
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
 * Returns some 50,000 passwords in lower case. Loaded when the first password is chosen: most processes never need
 * them.
 */
function commonPasswords(): ReadonlySet<string> {
  if (common === undefined) {
    const { dictionary } = load('@zxcvbn-ts/language-common') as typeof commonLanguage;
    common = new Set(dictionary['passwords-common']);
  }
  return common;
}

/**
 * Throws `accounts.password_too_common`. `pointer` locates the password in the request. Must be called before a
 * password is hashed, wherever one is set.
 */
export function requireUncommonPassword(
  password: string,
  owner: PasswordOwner,
  pointer = '/password',
): void {
  if (!isCommonPassword(password, owner)) return;
  const { passwordTooCommon } = accountsErrors;
  throw new CodedError(passwordTooCommon, {
    errors: [{ pointer, detail: passwordTooCommon.title }],
  });
}

/**
 * Returns whether a password is among the first guesses: a common one, only blanks, the owner's address or name, or one
 * of these in another case, repeated, or with added digits and signs. Several words in a row are not.
 */
export function isCommonPassword(password: string, { email, name }: PasswordOwner): boolean {
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
  ]);
  const isWord = (word: string) =>
    isCommon(word) || (word.length >= WORD_LENGTH_MIN && own.has(word));
  const bare = trim(piece).replace(SIGNS, '');
  if ([piece, trim(piece), bare].some(isWord)) return true;
  return findCores(piece).some((core) => isWord(core) && coversMostOf(core, bare));
}

function isCommon(word: string): boolean {
  return (
    word.length >= WORD_LENGTH_MIN &&
    (commonPasswords().has(word) ||
      RUNS.some((run) => run.includes(word)) ||
      findRepeatedPiece(word).length * 3 <= word.length)
  );
}

/** Returns the words that remain without the digits and signs after them, before them, on both sides, or anywhere. */
function findCores(text: string): string[] {
  const inner = trim(text);
  const behind = inner.replace(/[^\p{L}\p{M}]+$/u, '');
  const before = inner.replace(/^[^\p{L}\p{M}]+/u, '');
  return [
    behind,
    before,
    behind.replace(/^[^\p{L}\p{M}]+/u, ''),
    inner.replace(SIGNS_AND_DIGITS, ''),
  ];
}

/**
 * Returns whether the word is most of the password. Long random digits next to a word are hard to guess; a year, or
 * common digits, are not.
 */
function coversMostOf(core: string, bare: string): boolean {
  const digits = trim(bare.replace(core.replace(SIGNS, ''), ''));
  return core.length * 2 >= bare.length || digits.length <= COMMON_DIGITS_MAX || isCommon(digits);
}

/** Returns the text as a whole, without separators, and the parts between them. */
function listSpellings(text: string): string[] {
  const folded = fold(text);
  const words = folded.split(BETWEEN_WORDS);
  return [folded, words.join(''), ...words];
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
