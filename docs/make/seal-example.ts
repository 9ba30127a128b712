import { createSealKeys, hashSeal, type Seal } from '../../src/seals/index.ts';
import { sha256 } from '../../src/shared/canonical-json.ts';

const content = {
  number: 1_024,
  format: 1,
  log: 'events',
  previous: sha256('the seal before').toString('hex'),
  rows: 118,
  first: 180_301,
  last: 180_420,
  root: sha256('the rows').toString('hex'),
  at: '2026-03-02T18:05:00.123Z',
} as const;
const hash = hashSeal(content);
/** A key that everybody knows. Source: RFC 8032, section 7.1, test 1. */
const KEY = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';

/** A seal with the right hash and signature. */
export const sealExample: Seal = {
  ...content,
  hash,
  signature: createSealKeys([Buffer.from(KEY, 'hex').toString('base64')]).sign(hash),
};
