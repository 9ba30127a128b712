/**
 * The number of characters of a text that are unpredictable. Each character costs one, but what follows from the
 * preceding text, or is commonly known, costs little. The cheapest description of the whole text counts, so every
 * mixture is found. In a random text nearly every character counts.
 */
export interface Unpredictability {
  readonly count: number;
  /** The main reason for predictability; null: none. */
  readonly because: Reason | null;
}

export type Reason = 'words' | 'steps' | 'repeats';

export interface Knowledge {
  /** Words in lower case, each with its cost. */
  readonly words: ReadonlyMap<string, number>;
  /** Mappings from symbols to positions, such as those on a keyboard. */
  readonly places: readonly ((symbol: string | number) => number | undefined)[];
  /** Positions wrap around at this number, as bytes do at 256; infinite: they do not. */
  readonly placesMax: number;
  /** Maps equivalent symbols to one, such as upper and lower case letters. */
  readonly fold: (symbol: string | number) => string | number;
}

/** A predictable part: symbols `from` to `to`, exclusive. */
interface PredictablePart {
  readonly from: number;
  readonly to: number;
  readonly cost: number;
  readonly reason: Reason;
}

/** The cost of describing repeated steps or repeated text. */
const PATTERN_COST = 1;
/** "qazwsxedc" has a period of three steps, "1qaz2wsx" of four. */
const PERIOD_MAX = 8;
/**
 * The least number of steps, each predicted by the one before it: "abcd". Longer periods occur by chance more often.
 */
const STEPS_MIN = 2;
const PERIODIC_STEPS_MIN = 3;
const REPEAT_MIN = 4;
const WORD_LENGTH_MAX = 24;
const DISGUISED_LENGTH_MIN = 4;
const SEPARATOR = /[^\p{L}\p{N}]/u;
/** Characters that people substitute for letters. */
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
};

export function measureUnpredictability(
  symbols: readonly (string | number)[],
  knowledge: Knowledge,
): Unpredictability {
  const folded = symbols.map(knowledge.fold);
  const parts = [
    ...knowledge.places.flatMap((place) => findSteps(symbols.map(place), knowledge.placesMax)),
    ...findRepeats(folded),
    ...findWords(folded, knowledge.words),
  ];
  return findCheapest(symbols.length, parts);
}

/**
 * Finds runs in which each step equals an earlier one at a fixed distance: straight lines, zigzags, counting, immediate
 * repeats.
 */
function findSteps(places: readonly (number | undefined)[], placesMax: number): PredictablePart[] {
  const steps = places.map((place, at) => {
    const next = places[at + 1];
    return place === undefined || next === undefined ? Number.NaN : next - place;
  });
  const isSame = (step: number, earlier: number) =>
    ((steps[step] ?? Number.NaN) - (steps[earlier] ?? Number.NaN)) % placesMax === 0;
  const parts: PredictablePart[] = [];
  for (let period = 1; period <= PERIOD_MAX; period += 1) {
    const lengthMin = period === 1 ? STEPS_MIN : PERIODIC_STEPS_MIN;
    for (let from = period; from < steps.length; from += 1) {
      let to = from;
      while (to < steps.length && isSame(to, to - period)) to += 1;
      // Step `at` leads to symbol `at + 1`.
      if (to - from >= lengthMin) {
        parts.push({ from: from + 1, to: to + 1, cost: PATTERN_COST, reason: 'steps' });
      }
      from = to;
    }
  }
  return parts;
}

/** Finds text that repeats earlier text, forwards or backwards. */
function findRepeats(symbols: readonly (string | number)[]): PredictablePart[] {
  const parts: PredictablePart[] = [];
  for (let from = 1; from < symbols.length; from += 1) {
    let longest = 0;
    for (let earlier = 0; earlier < from; earlier += 1) {
      let same = 0;
      while (from + same < symbols.length && symbols[earlier + same] === symbols[from + same]) {
        same += 1;
      }
      let mirrored = 0;
      while (mirrored <= earlier && symbols[earlier - mirrored] === symbols[from + mirrored]) {
        mirrored += 1;
      }
      longest = Math.max(longest, same, mirrored);
    }
    if (longest >= REPEAT_MIN) {
      parts.push({ from, to: from + longest, cost: PATTERN_COST, reason: 'repeats' });
    }
  }
  return parts;
}

/** Finds known words, also backwards and with digits for letters, each with one following separator. */
function findWords(
  symbols: readonly (string | number)[],
  words: ReadonlyMap<string, number>,
): PredictablePart[] {
  if (words.size === 0) return [];
  // One unit per symbol, so that positions are the same in all of them.
  const units = symbols.map((symbol) => (String(symbol).length === 1 ? String(symbol) : '\ufffd'));
  const text = units.join('');
  const plain = units.map((unit) => LEET[unit] ?? unit).join('');
  const backwards = { text: reverse(text), plain: reverse(plain) };
  const findDisguisedWord = (from: number, to: number) =>
    words.get(plain.slice(from, to)) ??
    words.get(backwards.text.slice(text.length - to, text.length - from)) ??
    words.get(backwards.plain.slice(text.length - to, text.length - from));
  const parts: PredictablePart[] = [];
  for (let from = 0; from < text.length; from += 1) {
    const last = Math.min(text.length, from + WORD_LENGTH_MAX);
    for (let to = from + 1; to <= last; to += 1) {
      // Shorter ones occur by chance in every random text.
      const canDisguise = to - from >= DISGUISED_LENGTH_MIN;
      const cost =
        words.get(text.slice(from, to)) ?? (canDisguise ? findDisguisedWord(from, to) : undefined);
      if (cost === undefined) continue;
      const hasSeparator = to < text.length && SEPARATOR.test(text.charAt(to));
      parts.push({ from, to: hasSeparator ? to + 1 : to, cost, reason: 'words' });
    }
  }
  return parts;
}

function reverse(text: string): string {
  return text.split('').reverse().join('');
}

/** Finds the cheapest description of the whole text. Steps and repeats may be cut short at the same cost. */
function findCheapest(length: number, parts: readonly PredictablePart[]): Unpredictability {
  const partsFrom = Map.groupBy(parts, ({ from }) => from);
  const counts = [0, ...new Array<number>(length).fill(Number.POSITIVE_INFINITY)];
  const bestParts: (PredictablePart | null)[] = new Array<PredictablePart | null>(length + 1).fill(
    null,
  );
  const reach = (to: number, count: number, part: PredictablePart | null) => {
    if (count >= (counts[to] ?? 0)) return;
    counts[to] = count;
    bestParts[to] = part;
  };
  for (let at = 0; at < length; at += 1) {
    const count = counts[at] ?? 0;
    reach(at + 1, count + 1, null);
    for (const part of partsFrom.get(at) ?? []) {
      const first = part.reason === 'words' ? part.to : at + 1;
      for (let to = first; to <= part.to; to += 1) reach(to, count + part.cost, { ...part, to });
    }
  }
  return { count: counts[length] ?? 0, because: findMainReason(length, bestParts) };
}

function findMainReason(
  length: number,
  bestParts: readonly (PredictablePart | null)[],
): Reason | null {
  const saved = { words: 0, steps: 0, repeats: 0 };
  for (let at = length; at > 0; ) {
    const part = bestParts[at];
    if (part) saved[part.reason] += part.to - part.from - part.cost;
    at = part?.from ?? at - 1;
  }
  const [reason, most] = Object.entries(saved).reduce((a, b) => (b[1] > a[1] ? b : a));
  return most > 0 ? (reason as Reason) : null;
}
