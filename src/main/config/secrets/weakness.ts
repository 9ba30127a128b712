import { keyboardLayouts, type Layout } from './keyboards.ts';
import { knownWords } from './known-words.ts';
import { publishedSecrets } from './published-secrets.ts';
import { type Knowledge, measureUnpredictability, type Reason } from './unpredictability.ts';

/** The number of unpredictable characters that a secret needs. */
const UNPREDICTABLE_MIN = 20;
/**
 * For a shorter secret, the share of unpredictable characters, less the words that short random texts contain by
 * chance.
 */
const UNPREDICTABLE_SHARE_MIN = 0.7;
const CHANCE_MAX = 2.5;
/** Random hexadecimal digits have fewer distinct ones once in ten million. */
const DISTINCT_MIN = 8;
const DISTINCT_SHARE_MIN = 0.25;
/** Among random bytes, more than this many of one kind occur once in a hundred million. */
const SAME_BYTES_MAX = 5;
const SAME_BYTES_SHARE_MAX = 0.25;
/** Fewer bytes allow no conclusion. */
const BYTES_MIN = 8;
/** A base64 key made from a hexadecimal text is as weak as the text. */
const DEPTH_MAX = 3;
/** The rest of a longer secret changes nothing: by then it has been found strong or weak. */
const CHECKED_LENGTH_MAX = 256;

const WORDS: Readonly<Record<Reason, string>> = {
  words: 'most of it is common words',
  steps:
    'most of it is predictable from the preceding characters, as on a keyboard or in an alphabet',
  repeats: 'most of it is repetition',
};

/**
 * Returns why a secret can be guessed, as the end of a sentence, or null. It checks the text and, if that is base64 or
 * hexadecimal, the decode bytes. Random characters pass in any encoding; random words only if there are a dozen. The
 * result never contains any part of the secret.
 */
export function findWeakness(secret: string): string | null {
  const text = secret.replace(/^(whsec|sk_live|sk_test|rk_live|rk_test)_/, '');
  if (publishedSecrets.has(text)) return 'it is a published example';
  return findTextWeakness(text.slice(0, CHECKED_LENGTH_MAX), DEPTH_MAX);
}

function findTextWeakness(text: string, depth: number): string | null {
  const characters = Array.from(text);
  return (
    describeSameness(characters) ??
    describePredictable(characters, buildTextKnowledge()) ??
    (depth === 0 ? null : findDecodedWeakness(text, depth - 1))
  );
}

function describeSameness(characters: readonly string[]): string | null {
  const needed = Math.min(DISTINCT_MIN, Math.floor(characters.length * DISTINCT_SHARE_MIN) + 1);
  if (new Set(characters).size >= needed) return null;
  return `it has fewer than ${needed} distinct characters`;
}

function describePredictable(
  symbols: readonly (string | number)[],
  known: Knowledge,
): string | null {
  const { count, because } = measureUnpredictability(symbols, known);
  const needed = Math.min(UNPREDICTABLE_MIN, symbols.length * UNPREDICTABLE_SHARE_MIN - CHANCE_MAX);
  return count < needed && because !== null ? WORDS[because] : null;
}

function findDecodedWeakness(text: string, depth: number): string | null {
  const bytes = decode(text);
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
  return describePredictable(bytes, byteKnowledge);
}

function decode(text: string): Buffer | null {
  // Also with the separators in a fingerprint or a UUID.
  const digits = text.replace(/[-:\s]/g, '');
  const isHex = /^([0-9a-f]{2})+$/i.test(digits);
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
  // Hexadecimal digits decoded as base64 would give bytes that are far from random.
  const bytes = isHex ? Buffer.from(digits, 'hex') : Buffer.from(isBase64 ? text : '', 'base64');
  return bytes.length >= BYTES_MIN ? bytes : null;
}

function isText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

const byteKnowledge: Knowledge = {
  words: new Map(),
  places: [(symbol) => symbol as number],
  placesMax: 256,
  fold: (symbol) => symbol,
};

let textKnowledge: Knowledge | undefined;

/** Builds the knowledge once, when the first secret is checked. */
function buildTextKnowledge(): Knowledge {
  textKnowledge ??= {
    words: knownWords(),
    places: [(symbol) => toLowerCase(symbol).codePointAt(0), ...keyboardLayouts().map(findPlace)],
    placesMax: Number.POSITIVE_INFINITY,
    fold: toLowerCase,
  };
  return textKnowledge;
}

function findPlace(layout: Layout): Knowledge['places'][number] {
  return (symbol) => layout.get(toLowerCase(symbol)) ?? layout.get(String(symbol));
}

function toLowerCase(symbol: string | number): string {
  return String(symbol).toLowerCase();
}
