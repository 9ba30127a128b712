/** How a language writes a number, as `Intl` shows it. All signs are normalized. */
export interface Notation {
  /** Its own digits by what they count; those of ASCII are read beside them. */
  readonly digits: ReadonlyMap<string, string>;
  readonly decimal: string;
  readonly group: string;
  /** Digits of the last group, and of each one before it: 3 and 2 in India. */
  readonly groupSize: number;
  readonly otherGroupSize: number;
}

export interface ReadNumber {
  /** In digits of ASCII. */
  readonly whole: string;
  readonly fraction: string;
}

/** They turn the direction of writing and are not seen. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Of any width, breaking or not. */
const SPACE = /\s/g;
const APOSTROPHES = /[\u2019\u02bc]/g;
const ASCII_DIGITS = '0123456789';

/** One sign for all that look the same to who types. */
export function normalized(text: string): string {
  return text
    .replace(DIRECTION_MARKS, '')
    .replace(SPACE, ' ')
    .replace(APOSTROPHES, "'")
    .replaceAll('\u2212', '-')
    .trim();
}

/** The notations of a language that a person may use: its own, and the one that it has for digits of ASCII. */
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

/** A space is a sign here, and stays. */
function normalizedSign(sign: string): string {
  return normalized(sign) || (sign === '' ? '' : ' ');
}

/**
 * The number that a normalized text is in one of the notations. Null when it is none of them, or another number in each
 * of two: nothing is guessed. Groups have their full size, and a number with groups begins with no zero, since `0,123` is
 * a fraction in half of the world.
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
