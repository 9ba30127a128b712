import { idempotencyErrors, inFlight } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { Database, Transaction } from './database.ts';
import { isTimeout } from './database-errors.ts';
import { claimKey, findKey, findLiveKey, type StoredKeyRow, storeResult } from './queries.ts';
import type { Queryable } from './statement.ts';

/** A caller's wish that a request takes effect once. Made by the HTTP shell from `Idempotency-Key`. */
export interface Claim {
  /** SHA-256 over caller, method, path and key: where the key holds. */
  readonly scopeHash: Buffer;
  /** SHA-256 over the canonical body: what the key stands for. */
  readonly requestHash: Buffer;
  readonly key: string;
  readonly callerId: string;
  /** The operation's id in the OpenAPI document. */
  readonly operation: string;
}

export interface Once<Result> {
  readonly result: Result;
  /** True when this is the stored result of an earlier request. */
  readonly replayed: boolean;
}

/**
 * Runs `work` in a transaction of its own, at most once for a claim: its result is stored in the same transaction, and a
 * repeat gets it back without running `work`. A second request with the key that comes while the first is in its
 * transaction waits at the unique index. A throw rolls the claim back too, so a refusal pins nothing.
 *
 * `Result` must survive JSON. Throws `idempotency.key_reused` when the key stands for another body, and
 * `idempotency.in_flight` when the first request takes longer than the statement timeout.
 */
export function once<Result>(
  database: Database,
  claim: Claim | null,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Once<Result>> {
  return database.transaction(async (tx) => {
    if (claim === null) return { result: await work(tx), replayed: false };
    if (!(await claimKeyIn(tx, claim)))
      return { result: await replay<Result>(tx, claim), replayed: true };
    const result = await work(tx);
    await tx.commitBehind(storeResult(tx, claim.scopeHash, JSON.stringify(result)));
    return { result, replayed: false };
  });
}

/** False when the key is taken. Waits while another transaction that has claimed it is still open. */
async function claimKeyIn(tx: Transaction, claim: Claim): Promise<boolean> {
  try {
    const { scopeHash, requestHash, callerId, operation } = claim;
    return (await claimKey(tx, scopeHash, requestHash, callerId, operation)).length > 0;
  } catch (error) {
    if (isTimeout(error)) throw inFlight();
    throw error;
  }
}

/**
 * The stored result of an earlier request under this claim, for a use case that has to do something outside before its
 * transaction: a repeat is answered without doing that again. Throws `idempotency.key_reused`.
 */
export async function findReplay<Result>(
  db: Queryable,
  claim: Claim | null,
): Promise<Once<Result> | null> {
  if (claim === null) return null;
  const [stored] = await findLiveKey(db, claim.scopeHash);
  if (stored === undefined) return null;
  return { result: requireStoredResult<Result>(stored, claim), replayed: true };
}

async function replay<Result>(tx: Transaction, claim: Claim): Promise<Result> {
  const [stored] = await findKey(tx, claim.scopeHash);
  return requireStoredResult(stored, claim);
}

function requireStoredResult<Result>(stored: StoredKeyRow | undefined, claim: Claim): Result {
  if (stored === undefined || stored.result === null) {
    throw inFlight();
  }
  if (!stored.requestHash.equals(claim.requestHash))
    throw new CodedError(idempotencyErrors.keyReused);
  return JSON.parse(stored.result) as Result;
}
