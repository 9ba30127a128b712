import { buildNotations, normalized, parseNumber } from './number-text.ts';

/** The result of reading a whole number: the number, or a sentence that states what is wrong. */
export type WholeReading =
  | { readonly value: number; readonly error: null }
  | { readonly value: null; readonly error: string };

/** Formats a number as the browser's language writes it: `1,200`. */
export function formatWhole(value: number, locale?: string): string {
  return wholeFormat(locale).format(value);
}

/** Formats a change, with its sign: `+1,200`. */
export function formatChange(value: number, locale?: string): string {
  return wholeFormat(locale, { signDisplay: 'exceptZero' }).format(value);
}

/** Reads a count, such as `12` or `1,200`, with the digits and groups of the browser's language. */
export function readWhole(text: string, locale?: string): WholeReading {
  return readSigned(
    normalized(text),
    1,
    `Enter a whole number, such as ${formatWhole(12, locale)}.`,
    locale,
  );
}

/** Reads a count with or without a sign: `10`, `+10`, `-2`. */
export function readChange(text: string, locale?: string): WholeReading {
  const [sign = '', bare = ''] = /^([+-]?) ?(.*)$/s.exec(normalized(text))?.slice(1) ?? [];
  const example = `Enter a whole number, such as ${formatChange(10, locale)} or ${formatChange(-2, locale)}.`;
  return readSigned(bare, sign === '-' ? -1 : 1, example, locale);
}

function readSigned(
  text: string,
  sign: 1 | -1,
  example: string,
  locale: string | undefined,
): WholeReading {
  const number = parseNumber(text, buildNotations(locale));
  const value = Number(number?.whole ?? 'none');
  if (number === null || number.fraction !== '' || !Number.isSafeInteger(value)) {
    return { value: null, error: example };
  }
  return { value: value === 0 ? 0 : sign * value, error: null };
}

function wholeFormat(locale: string | undefined, options: Intl.NumberFormatOptions = {}) {
  return new Intl.NumberFormat(locale, {
    ...options,
    minimumFractionDigits: 0,
    maximumFractionDigits: 0,
  });
}
