const SKU_LENGTH_MAX = 64;

/**
 * Derives a SKU for a product without one: its name in capital ASCII letters and digits, with dashes between (`Crème
 * Brûlée` becomes `CREME-BRULEE`). A `variant` of 2 or more appends a number, for names that give the same SKU.
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
