import { buildNotations, normalized, parseNumber } from './number-text.ts';

/** The API's percentages have up to this many decimals. */
const DECIMALS_MAX = 4;
const PERCENT_MAX = 100;
const PERCENT_SIGNS = /^[%٪] ?| ?[%٪]$/g;

/** The result of reading a percentage: as the API writes it, or a sentence that states what is wrong. */
export type PercentReading =
  | { readonly percent: string; readonly error: null }
  | { readonly percent: null; readonly error: string };

/** Formats a decimal percentage of the API, such as `8.875`, as the browser's language writes it. */
export function formatPercent(percent: string, locale?: string): string {
  return percentFormat(locale, { style: 'unit', unit: 'percent' }).format(toExact(percent));
}

/** Returns the bare number that a field starts with. */
export function editablePercent(percent: string, locale?: string): string {
  return percentFormat(locale, { useGrouping: false }).format(toExact(percent));
}

/**
 * Reads a typed percentage, such as `8.875` or `20 %`, strictly as the user's language writes it. No digit is rounded
 * away.
 */
export function readPercent(text: string, locale?: string): PercentReading {
  const bare = normalized(text).replace(PERCENT_SIGNS, '');
  const number = parseNumber(bare, buildNotations(locale));
  if (number === null) {
    const example = editablePercent('8.875', locale);
    return { percent: null, error: `Enter a percentage, such as ${example}.` };
  }
  const whole = number.whole.replace(/^0+(?=\d)/, '');
  const fraction = number.fraction.replace(/0+$/, '');
  if (fraction.length > DECIMALS_MAX) {
    return { percent: null, error: `Enter at most ${DECIMALS_MAX} decimals.` };
  }
  const percent = fraction === '' ? whole : `${whole}.${fraction}`;
  if (Number(percent) > PERCENT_MAX) {
    return { percent: null, error: `Enter at most ${formatPercent('100', locale)}.` };
  }
  return { percent, error: null };
}

function percentFormat(locale: string | undefined, options: Intl.NumberFormatOptions) {
  return new Intl.NumberFormat(locale, { ...options, maximumFractionDigits: DECIMALS_MAX });
}

/** As text, because binary fractions do not represent all of them exactly. */
function toExact(percent: string): Intl.StringNumericLiteral {
  return percent as Intl.StringNumericLiteral;
}
