/**
 * Licences of packages that may ship with Holdfast: they ask for their notice to be kept, and for nothing that concerns
 * the rest of the program or those who run it.
 */
export const allowedLicences: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
]);

/**
 * Returns whether an SPDX expression permits shipping: of alternatives one has to be allowed, of combined licences all.
 * What it cannot read is not allowed.
 */
export function isAllowed(expression: string | null): boolean {
  if (expression === null) return false;
  const plain = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(plain)) return false;
  return plain
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((license) => allowedLicences.has(license)));
}
