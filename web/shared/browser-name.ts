/** The most particular ones first: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari. */
const browsers: readonly (readonly [name: string, token: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
];

/** Android calls itself Linux, and an iPhone calls itself Mac OS. */
const systems: readonly (readonly [name: string, token: RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b|\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b|\bX11\b/],
];

const NAME_LENGTH_MAX = 40;

/**
 * Returns the program that a user agent names, in a few words: `Firefox on Windows`, `curl`. Anyone can send any text,
 * so this is what the client said of itself.
 */
export function describeBrowser(userAgent: string): string {
  const browser = findName(browsers, userAgent);
  const system = findName(systems, userAgent);
  if (browser !== null) return system === null ? browser : `${browser} on ${system}`;
  const [product = ''] = userAgent.trim().split(/[\s/(;]/);
  if (product === '') return 'unnamed program';
  return product.length > NAME_LENGTH_MAX ? `${product.slice(0, NAME_LENGTH_MAX)}…` : product;
}

function findName(names: typeof browsers, userAgent: string): string | null {
  return names.find(([, token]) => token.test(userAgent))?.[0] ?? null;
}

/** Returns whether a user agent names a telephone. */
export function isPhone(userAgent: string): boolean {
  return /\b(?:iPhone|Mobile)\b/.test(userAgent);
}
