import type { Money } from './api.ts';

const formats = new Map<string, { format: Intl.NumberFormat; minorPerMajor: number }>();

function formatOf(currency: string) {
  let known = formats.get(currency);
  if (known === undefined) {
    const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    known = { format, minorPerMajor: 10 ** digits };
    formats.set(currency, known);
  }
  return known;
}

/** As people of the browser's language write it. */
export function formatMoney({ amount, currency }: Money): string {
  const { format, minorPerMajor } = formatOf(currency);
  return format.format(amount / minorPerMajor);
}

/** For the axis of a chart: `£1.2K`. */
export function formatShortMoney({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
    minimumFractionDigits: 0,
  });
  return format.format(amount / formatOf(currency).minorPerMajor);
}

/** The minor units of what a person typed, such as `12.95`; null when it is no amount. */
export function parseMoney(text: string, currency: string): Money | null {
  const { minorPerMajor } = formatOf(currency);
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) return null;
  const amount = Math.round(value * minorPerMajor);
  return Math.abs(amount - value * minorPerMajor) < 1e-6 ? { amount, currency } : null;
}
