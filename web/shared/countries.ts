import { countryCodes, isCountry } from '../../src/shared/countries.ts';

const names = new Intl.DisplayNames(undefined, { type: 'region' });

export function formatCountry(code: string): string {
  return names.of(code) ?? code;
}

interface Country {
  readonly code: string;
  readonly name: string;
}

/** Every country, by name in the browser's language. */
export function listCountries(): readonly Country[] {
  const { compare } = new Intl.Collator();
  return countryCodes
    .map((code) => ({ code, name: formatCountry(code) }))
    .sort((a, b) => compare(a.name, b.name));
}

/** Returns the country that the browser's language belongs to; empty if it is unknown. */
export function guessCountry(): string {
  const { region } = new Intl.Locale(navigator.language).maximize();
  return isCountry(region ?? '') ? (region as string) : '';
}
