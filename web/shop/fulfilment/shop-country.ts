import { countryCodes } from '../../../src/shared/countries.ts';
import { guessCountry } from '../../shared/countries.ts';

/** Returns the country of the shop: the one with its time zone, or else the one of the browser's language. */
export function guessShopCountry(timeZone: string): string {
  const guess = guessCountry();
  if (guess !== '' && listTimeZones(guess).includes(timeZone)) return guess;
  return findCountry(timeZone) ?? guess;
}

/** Only some browsers know the time zones of a country. */
type LocaleWithZones = Intl.Locale & { getTimeZones?(): readonly string[] | undefined };

function listTimeZones(country: string): readonly string[] {
  return (new Intl.Locale(`und-${country}`) as LocaleWithZones).getTimeZones?.() ?? [];
}

const found = new Map<string, string | null>();

function findCountry(timeZone: string): string | null {
  const known = found.get(timeZone);
  if (known !== undefined) return known;
  const country = countryCodes.find((code) => listTimeZones(code).includes(timeZone)) ?? null;
  found.set(timeZone, country);
  return country;
}
