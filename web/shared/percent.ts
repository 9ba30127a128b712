/** The API's percentages have up to this many decimals. */
const DECIMALS_MAX = 4;

/** Formats a decimal percentage of the API, such as `8.875`, as the browser's language writes it. */
export function formatPercent(percent: string, locale?: string): string {
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'percent',
    maximumFractionDigits: DECIMALS_MAX,
  });
  return format.format(percent as Intl.StringNumericLiteral);
}
