import { keyboardLayouts, type Layout } from './keyboards.ts';
import { knownWords } from './known-words.ts';
import { publishedSecrets } from './published-secrets.ts';
import { type Knowledge, measureUnpredictability, type Reason } from './unpredictability.ts';

/** Of characters that nobody could have foreseen, a secret needs so many. */
const UNFORESEEN_MIN = 20;
/** Where it may be shorter, this share of them, less what short random texts hold of words by chance. */
const UNFORESEEN_SHARE_MIN = 0.7;
const CHANCE_MAX = 2.5;
/** Random hexadecimal digits have fewer distinct ones once in ten million. */
const DISTINCT_MIN = 8;
const DISTINCT_SHARE_MIN = 0.25;
/** Among random bytes, more than so many of one kind are found once in a hundred million times. */
const SAME_BYTES_MAX = 5;
const SAME_BYTES_SHARE_MAX = 0.25;
/** Fewer bytes say nothing. */
const BYTES_MIN = 8;
/** A key in base64 of a text in hexadecimal is as weak as the text. */
const DEPTH_MAX = 3;
/** What follows changes nothing: so much has been found strong or weak by then. */
const JUDGED_MAX = 256;

const WORDS: Readonly<Record<Reason, string>> = {
  words: 'most of it is words that everybody knows',
  steps: 'most of it follows from the characters before, as on a keyboard or in an alphabet',
  repeats: 'most of it repeats itself',
};

/**
 * Why a secret would be guessed, as the end of a sentence, or null. It judges the text and, where it is base64 or
 * hexadecimal, the bytes that it stands for; random characters pass, however they are written; random words only when there are a dozen. Never repeats any of it.
 */
export function findWeakness(secret: string): string | null {
  const text = secret.replace(/^(whsec|sk_live|sk_test|rk_live|rk_test)_/, '');
  if (publishedSecrets.has(text)) return 'it stands in an example, so that everybody knows it';
  return findTextWeakness(text.slice(0, JUDGED_MAX), DEPTH_MAX);
}

function findTextWeakness(text: string, depth: number): string | null {
  const characters = Array.from(text);
  return (
    sameness(characters) ??
    describePredictable(characters, buildTextKnowledge()) ??
    (depth === 0 ? null : findDecodedWeakness(text, depth - 1))
  );
}

function sameness(characters: readonly string[]): string | null {
  const needed = Math.min(DISTINCT_MIN, Math.floor(characters.length * DISTINCT_SHARE_MIN) + 1);
  if (new Set(characters).size >= needed) return null;
  return `it has fewer than ${needed} distinct characters`;
}

function describePredictable(
  symbols: readonly (string | number)[],
  known: Knowledge,
): string | null {
  const { count, because } = measureUnpredictability(symbols, known);
  const needed = Math.min(UNFORESEEN_MIN, symbols.length * UNFORESEEN_SHARE_MIN - CHANCE_MAX);
  return count < needed && because !== null ? WORDS[because] : null;
}

function findDecodedWeakness(text: string, depth: number): string | null {
  const bytes = decoded(text);
  if (bytes === null) return null;
  const weakness =
    findByteWeakness([...bytes]) ??
    (isText(bytes) ? findTextWeakness(bytes.toString(), depth) : null);
  return weakness === null ? null : `decoded, ${weakness}`;
}

function findByteWeakness(bytes: readonly number[]): string | null {
  const kinds = Map.groupBy(bytes, (byte) => byte).values();
  const most = Math.max(...Array.from(kinds, ({ length }) => length));
  const allowed = Math.max(SAME_BYTES_MAX, bytes.length * SAME_BYTES_SHARE_MAX);
  if (most > allowed) return 'many of its bytes are the same';
  return describePredictable(bytes, ofBytes);
}

function decoded(text: string): Buffer | null {
  // Also with the signs that part the bytes of a fingerprint or the groups of a UUID.
  const digits = text.replace(/[-:\s]/g, '');
  const isHex = /^([0-9a-f]{2})+$/i.test(digits);
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
  // Hexadecimal digits read as base64 give bytes that are far from random.
  const bytes = isHex ? Buffer.from(digits, 'hex') : Buffer.from(isBase64 ? text : '', 'base64');
  return bytes.length >= BYTES_MIN ? bytes : null;
}

function isText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

const ofBytes: Knowledge = {
  words: new Map(),
  places: [(symbol) => symbol as number],
  placesMax: 256,
  fold: (symbol) => symbol,
};

let ofText: Knowledge | undefined;

/** Read once, when the first secret is judged. */
function buildTextKnowledge(): Knowledge {
  ofText ??= {
    words: knownWords(),
    places: [(symbol) => toLowerCase(symbol).codePointAt(0), ...keyboardLayouts().map(findPlace)],
    placesMax: Number.POSITIVE_INFINITY,
    fold: toLowerCase,
  };
  return ofText;
}

function findPlace(layout: Layout): Knowledge['places'][number] {
  return (symbol) => layout.get(toLowerCase(symbol)) ?? layout.get(String(symbol));
}

function toLowerCase(symbol: string | number): string {
  return String(symbol).toLowerCase();
}
