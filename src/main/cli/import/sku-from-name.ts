const SKU_LENGTH_MAX = 64;

/**
 * A SKU for a product that came without one: its name in capital ASCII letters and digits with dashes between
 * (`Crème Brûlée` becomes `CREME-BRULEE`). `variant` 2 and up add a number, for names that read the same that way.
 */
export function skuFromName(name: string, variant = 1): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const suffix = variant === 1 ? '' : `-${variant}`;
  const stem = (slug === '' ? 'ITEM' : slug).slice(0, SKU_LENGTH_MAX - suffix.length);
  return stem.replace(/-$/, '') + suffix;
}
