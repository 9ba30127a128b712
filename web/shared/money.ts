import {
  currencyExponent,
  formatDecimal,
  type Money,
  parseDecimalMinor,
} from '../../src/shared/money.ts';
import { buildNotations, normalized, parseNumber } from './number-text.ts';

/** The result of reading an amount: the money, or a sentence that states what is wrong. */
export type MoneyReading =
  | { readonly money: Money; readonly error: null }
  | { readonly money: null; readonly error: string };

/**
 * Creates a format with the minor unit's digits from the server's own table. By default `Intl` shows those of price
 * tags: none for HUF, which the server counts in hundredths.
 */
function currencyFormat(currency: string, locale?: string, more: Intl.NumberFormatOptions = {}) {
  const digits = currencyExponent(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    ...more,
  });
}

/** Converts an amount to major units for `Intl`, as text, because binary fractions do not represent amounts exactly. */
function toMajorUnits({ amount, currency }: Money): Intl.StringNumericLiteral {
  return formatDecimal(amount, currency) as Intl.StringNumericLiteral;
}

/** Formats an amount as the browser's language writes it. */
export function formatMoney(money: Money, locale?: string): string {
  return currencyFormat(money.currency, locale).format(toMajorUnits(money));
}

/** From this number of major units on, the axis of a chart is labelled in thousands. */
const SHORTENED_FROM = 1_000;

/** Formats an amount for the axis of a chart: `£1.2K`. */
export function formatShortMoney(money: Money, locale?: string): string {
  const { amount, currency } = money;
  const isLong = Math.abs(amount) >= SHORTENED_FROM * 10 ** currencyExponent(currency);
  const format = isLong
    ? currencyFormat(currency, locale, {
        notation: 'compact',
        minimumFractionDigits: 0,
        maximumFractionDigits: 1,
      })
    : currencyFormat(currency, locale, { trailingZeroDisplay: 'stripIfInteger' });
  return format.format(toMajorUnits(money));
}

/** Returns the bare number that a field starts with, without groups and currency sign. */
export function editableMoney(money: Money, locale?: string): string {
  return currencyFormat(money.currency, locale, { style: 'decimal', useGrouping: false }).format(
    toMajorUnits(money),
  );
}

/**
 * Reads a typed amount, such as `12.95`, `1,200` or `£3`, strictly as the user's language writes it. The currency sign
 * may come before or after the number, groups may be omitted, and no digit is rounded away.
 */
export function readMoney(text: string, currency: string, locale?: string): MoneyReading {
  const digits = currencyExponent(currency);
  const example = editableMoney({ amount: 12.5 * 10 ** Math.max(digits, 1), currency }, locale);
  const bare = withoutSign(normalized(text), currency, locale);
  const number = parseNumber(bare, [
    ...buildNotations(locale),
    ...buildNotations(locale, { style: 'currency', currency }),
  ]);
  if (number === null) return buildError(`Enter an amount in ${currency}, such as ${example}.`);
  const { whole, fraction } = number;
  if (fraction.length > digits) {
    const has = digits === 0 ? 'no decimals' : `${digits} decimals`;
    return buildError(`${currency} has ${has}. Enter an amount such as ${example}.`);
  }
  const amount = parseDecimalMinor(fraction === '' ? whole : `${whole}.${fraction}`, currency);
  if (amount === null) return buildError('This amount is too large.');
  return { money: { amount, currency }, error: null };
}

function buildError(sentence: string): MoneyReading {
  return { money: null, error: sentence };
}

function withoutSign(text: string, currency: string, locale: string | undefined): string {
  for (const sign of listSigns(currency, locale)) {
    if (text.toUpperCase().startsWith(sign)) return text.slice(sign.length).trimStart();
    if (text.toUpperCase().endsWith(sign)) return text.slice(0, -sign.length).trimEnd();
  }
  return text;
}

/** Returns the currency signs in capitals, longest first: `US$` before `$`. */
function listSigns(currency: string, locale: string | undefined): readonly string[] {
  const signs = (['symbol', 'narrowSymbol'] as const).flatMap((currencyDisplay) =>
    currencyFormat(currency, locale, { currencyDisplay })
      .formatToParts(0)
      .filter(({ type }) => type === 'currency')
      .map(({ value }) => normalized(value).toUpperCase())
      // A Dane writes `kr` as well as `kr.`.
      .flatMap((sign) => [sign, sign.replace(/\.$/, '')]),
  );
  return [...new Set([...signs, currency])].sort((a, b) => b.length - a.length);
}
