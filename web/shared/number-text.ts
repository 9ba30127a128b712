/** How a language writes a number, as `Intl` shows it. All signs are normalized. */
export interface Notation {
  /** The language's own digits, mapped to ASCII. ASCII digits are read too. */
  readonly digits: ReadonlyMap<string, string>;
  readonly decimal: string;
  readonly group: string;
  /** Digits of the last group, and of each one before it: 3 and 2 in India. */
  readonly groupSize: number;
  readonly otherGroupSize: number;
}

export interface ReadNumber {
  /** In ASCII digits. */
  readonly whole: string;
  readonly fraction: string;
}

/** Invisible marks that change the direction of writing. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Of any width, breaking or not. */
const SPACE = /\s/g;
const APOSTROPHES = /[\u2019\u02bc]/g;
const ASCII_DIGITS = '0123456789';

/** Replaces characters that look the same to the user with one of them. */
export function normalized(text: string): string {
  return text
    .replace(DIRECTION_MARKS, '')
    .replace(SPACE, ' ')
    .replace(APOSTROPHES, "'")
    .replaceAll('\u2212', '-')
    .trim();
}

/** Returns the notations that users of a language may type: with its own digits, and with ASCII digits. */
export function buildNotations(
  locale: string | undefined,
  style: Intl.NumberFormatOptions = {},
): readonly Notation[] {
  return [{}, { numberingSystem: 'latn' }].map((system) =>
    buildNotation(
      new Intl.NumberFormat(locale, {
        ...style,
        ...system,
        useGrouping: 'always',
        minimumFractionDigits: 1,
        maximumFractionDigits: 1,
      }),
    ),
  );
}

function buildNotation(format: Intl.NumberFormat): Notation {
  const parts = format.formatToParts(12_345_678_901.5);
  const sign = (wanted: string) =>
    normalizedSign(parts.find(({ type }) => type === wanted)?.value ?? '');
  const groups = parts.filter(({ type }) => type === 'integer').map(({ value }) => [...value]);
  const digits = [...ASCII_DIGITS].map((digit) => {
    const [own] = format.formatToParts(Number(digit)).filter(({ type }) => type === 'integer');
    return [own?.value ?? digit, digit] as const;
  });
  return {
    digits: new Map(digits),
    decimal: sign('decimal'),
    group: sign('group'),
    groupSize: groups.at(-1)?.length ?? 3,
    otherGroupSize: groups.at(-2)?.length ?? 3,
  };
}

/** Normalizes a single sign. Here a space is significant and stays. */
function normalizedSign(sign: string): string {
  return normalized(sign) || (sign === '' ? '' : ' ');
}

/**
 * Parses a normalized text in any of the notations. Returns null if it is a number in none of them, or different
 * numbers in two of them: nothing is guessed. Groups must have their full size, and a number with groups must not begin
 * with a zero, because `0,123` is a fraction in half of the world.
 */
export function parseNumber(text: string, notations: readonly Notation[]): ReadNumber | null {
  const readings = notations.flatMap((notation) => parseInNotation(text, notation) ?? []);
  const [first] = readings;
  const isClear = readings.every(
    ({ whole, fraction }) => whole === first?.whole && fraction === first.fraction,
  );
  return isClear ? (first ?? null) : null;
}

function parseInNotation(text: string, { digits, ...notation }: Notation): ReadNumber | null {
  const { decimal, group, groupSize, otherGroupSize } = notation;
  const [head = '', tail, ...more] = decimal === '' ? [text] : text.split(decimal);
  if (more.length > 0 || tail === '') return null;
  const groups = group === '' ? [head] : head.split(group);
  const [first = '', ...others] = groups;
  const hasFullGroups =
    [...first].length <= otherGroupSize &&
    others.every((one, place) => {
      const size = place === others.length - 1 ? groupSize : otherGroupSize;
      return [...one].length === size;
    });
  if (others.length > 0 && !hasFullGroups) return null;
  if (groups.includes('')) return null;

  const all = [...groups.join(''), ...(tail ?? '')];
  const isAscii = all.every((digit) => ASCII_DIGITS.includes(digit));
  if (!isAscii && !all.every((digit) => digits.has(digit))) return null;
  const toAsciiDigits = (written: string) =>
    isAscii ? written : Array.from(written, (digit) => digits.get(digit)).join('');
  const whole = toAsciiDigits(groups.join(''));
  if (others.length > 0 && whole.startsWith('0')) return null;
  return { whole, fraction: toAsciiDigits(tail ?? '') };
}
