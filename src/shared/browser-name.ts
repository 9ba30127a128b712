type Names = readonly (readonly [name: string, token: RegExp])[];

/** The most particular ones first: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari. */
const browsers: Names = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
];

/** Android calls itself Linux, and an iPhone calls itself Mac OS. */
const systems: Names = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b|\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b|\bX11\b/],
];

/**
 * Returns the browser that a user agent names, such as `Firefox on Windows`; null for any other program. Only words of
 * this file, whatever the text is, but it is what the client says of itself.
 */
export function findBrowserName(userAgent: string): string | null {
  const browser = findName(browsers, userAgent);
  const system = findName(systems, userAgent);
  return browser === null || system === null ? browser : `${browser} on ${system}`;
}

function findName(names: Names, userAgent: string): string | null {
  return names.find(([, token]) => token.test(userAgent))?.[0] ?? null;
}
