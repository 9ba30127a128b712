import type { Queryable } from '../../../database/statement.ts';
import { buildFactorKeyId } from '../factor-cipher.ts';
import { countByKey } from './factor-queries.ts';

export interface KeyUse {
  /** Secrets that none of the keys decrypts. */
  readonly lost: number;
  /** Secrets under a key that is not the first one. */
  readonly former: number;
}

/** Counts what `doctor` warns of: secrets of factors that these keys do not decrypt, or that still need a former one. */
export async function countKeyUse(db: Queryable, keys: readonly string[]): Promise<KeyUse> {
  const [current, ...former] = keys.map(buildFactorKeyId);
  const rows = await countByKey(db);
  const count = (isMeant: (keyId: string) => boolean) =>
    rows.filter(({ secretKeyId }) => isMeant(secretKeyId)).reduce((sum, row) => sum + row.count, 0);
  return {
    lost: count((keyId) => keyId !== current && !former.includes(keyId)),
    former: count((keyId) => former.includes(keyId)),
  };
}
