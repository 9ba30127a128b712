import {
  currencyExponent,
  formatDecimal,
  type Money,
  parseDecimalMinor,
} from '../../src/shared/money.ts';
import { buildNotations, normalized, parseNumber } from './number-text.ts';

/** What somebody typed as an amount: the money, or the sentence that says what is wrong with it. */
export type MoneyReading =
  | { readonly money: Money; readonly fault: null }
  | { readonly money: null; readonly fault: string };

/**
 * The digits of the minor unit are told to `Intl` each time, by the server's own table. Left to itself it shows those of
 * price tags: none for HUF, of which the server counts hundredths.
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

/** As a number of the major unit for `Intl`, in text: a binary fraction is none of these amounts. */
function toMajorUnits({ amount, currency }: Money): Intl.StringNumericLiteral {
  return formatDecimal(amount, currency) as Intl.StringNumericLiteral;
}

/** As people of the browser's language write it. */
export function formatMoney(money: Money, locale?: string): string {
  return currencyFormat(money.currency, locale).format(toMajorUnits(money));
}

/** From here on the axis of a chart writes thousands. */
const SHORTENED_FROM = 1_000;

/** For the axis of a chart: `£1.2K`. */
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

/** The bare number to begin with in a field, without groups and sign of the currency. */
export function editableMoney(money: Money, locale?: string): string {
  return currencyFormat(money.currency, locale, { style: 'decimal', useGrouping: false }).format(
    toMajorUnits(money),
  );
}

/**
 * What a person typed, such as `12.95`, `1,200` or `£3`, read as their language writes it and in no other way: the sign
 * of the currency may stand before or behind, groups may be left out, and no digit is rounded away.
 */
export function readMoney(text: string, currency: string, locale?: string): MoneyReading {
  const digits = currencyExponent(currency);
  const example = editableMoney({ amount: 12.5 * 10 ** Math.max(digits, 1), currency }, locale);
  const bare = withoutSign(normalized(text), currency, locale);
  const number = parseNumber(bare, [
    ...buildNotations(locale),
    ...buildNotations(locale, { style: 'currency', currency }),
  ]);
  if (number === null) return buildFault(`Write an amount in ${currency} such as ${example}.`);
  const { whole, fraction } = number;
  if (fraction.length > digits) {
    const has = digits === 0 ? 'no decimals' : `${digits} decimals`;
    return buildFault(`${currency} has ${has}: write an amount such as ${example}.`);
  }
  const amount = parseDecimalMinor(fraction === '' ? whole : `${whole}.${fraction}`, currency);
  if (amount === null) return buildFault('No amount is as large as this.');
  return { money: { amount, currency }, fault: null };
}

function buildFault(sentence: string): MoneyReading {
  return { money: null, fault: sentence };
}

function withoutSign(text: string, currency: string, locale: string | undefined): string {
  for (const sign of listSigns(currency, locale)) {
    if (text.toUpperCase().startsWith(sign)) return text.slice(sign.length).trimStart();
    if (text.toUpperCase().endsWith(sign)) return text.slice(0, -sign.length).trimEnd();
  }
  return text;
}

/** In capitals, the longest first: `US$` before `$`. */
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
