import { hashSeal, type Seal } from '../seal.ts';
import { isKnownFormat } from './restore-seal.ts';

/** An anchor that cannot be used. The message states why. */
export class AnchorError extends Error {
  override name = 'AnchorError';
}

const fieldTypes: { readonly [Name in keyof Seal]: 'number' | 'string' } = {
  number: 'number',
  format: 'number',
  log: 'string',
  previous: 'string',
  rows: 'number',
  first: 'number',
  last: 'number',
  root: 'string',
  hash: 'string',
  signature: 'string',
  at: 'string',
};

/**
 * Returns the seals of a parsed JSON value: one seal, the message of a webhook, a page of the API, or an array of these.
 * Throws `AnchorError` for anything else, and for a seal that does not have its own hash, because it was damaged.
 */
export function parseAnchor(value: unknown): Seal[] {
  if (Array.isArray(value)) return value.flatMap(parseAnchor);
  if (typeof value !== 'object' || value === null) throw new AnchorError('it is not a seal');
  if ('data' in value) return parseAnchor(value.data);
  const seal = requireSeal(value);
  if (hashSeal(seal) !== seal.hash) {
    throw new AnchorError(`seal ${seal.number} is damaged: its hash is not that of its fields`);
  }
  return [seal];
}

function requireSeal(value: object): Seal {
  const fields = new Map(Object.entries(value));
  for (const [name, type] of Object.entries(fieldTypes)) {
    if (typeof fields.get(name) !== type) throw new AnchorError(`it is not a seal: "${name}"`);
  }
  const seal = value as Seal;
  if (!isKnownFormat(seal.format)) {
    throw new AnchorError(`seal ${seal.number} has the format ${seal.format}, unknown here`);
  }
  return seal;
}
