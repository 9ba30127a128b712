import { findBrowserName } from '../../src/shared/browser-name.ts';

const NAME_LENGTH_MAX = 40;

/**
 * Returns the program that a user agent names, in a few words: `Firefox on Windows`, `curl`. Anyone can send any text,
 * so this is what the client said of itself.
 */
export function describeBrowser(userAgent: string): string {
  const browser = findBrowserName(userAgent);
  if (browser !== null) return browser;
  const [product = ''] = userAgent.trim().split(/[\s/(;]/);
  if (product === '') return 'unnamed program';
  return product.length > NAME_LENGTH_MAX ? `${product.slice(0, NAME_LENGTH_MAX)}…` : product;
}

/** Returns whether a user agent names a telephone. */
export function isPhone(userAgent: string): boolean {
  return /\b(?:iPhone|Mobile)\b/.test(userAgent);
}
