import { idempotencyErrors, inFlight } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { Database, Transaction } from './database.ts';
import { isTimeout } from './database-errors.ts';
import {
  claimKey,
  findKey,
  findLiveKey,
  forgetResultsAfter,
  type StoredKeyRow,
  storeResult,
} from './queries.ts';
import type { Queryable } from './statement.ts';

/**
 * The claim of an idempotency key, so that a request takes effect once. Built by the HTTP shell from `Idempotency-Key`.
 */
export interface Claim {
  /** SHA-256 of caller, method, path and key: the scope of the key. */
  readonly scopeHash: Buffer;
  /** SHA-256 of the canonical body: the request that the key belongs to. */
  readonly requestHash: Buffer;
  readonly key: string;
  readonly callerId: string;
  /** The operation's id in the OpenAPI document. */
  readonly operation: string;
}

export interface Once<Result> {
  readonly result: Result;
  /** Whether this is the stored result of an earlier request. */
  readonly replayed: boolean;
}

/**
 * Runs `work` in a transaction, at most once for a claim: the result is stored in the same transaction, and a repeated
 * request receives it without running `work`. A second request that arrives while the transaction of the first is open
 * waits at the unique index. An error rolls back the claim too, so a refusal uses up no key.
 *
 * `Result` must survive JSON. Throws `idempotency.key_reused` if the key belongs to another body,
 * `idempotency.in_flight` if the first request takes longer than the statement timeout, and `idempotency.response_erased`
 * after `forgetResults`.
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
    await tx.pipelineCommit(storeResult(tx, claim.scopeHash, JSON.stringify(result)));
    return { result, replayed: false };
  });
}

/** Returns false if the key is already claimed. Waits while another transaction that has claimed it is open. */
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
 * Returns the stored result of an earlier request with this claim, for a use case that calls another system before its
 * transaction: a repeated request is answered without calling it again. Throws `idempotency.key_reused`.
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

/** What is stored instead of a result that was removed. It is no JSON. */
const FORGOTTEN = '';

/** Keys that one statement looks at, so that it ends long before its timeout. */
const LOOK_AT_MAX = 5_000;

/**
 * Removes the stored results of these callers, and those that name one of these ids, such as that of a customer or an order,
 * except for those of operations whose results say nothing of people. A repeated request has no second effect, and is refused.
 */
export async function forgetResults(
  tx: Transaction,
  callerIds: readonly string[],
  ids: readonly string[],
  keptOperations: readonly string[],
): Promise<void> {
  let after: Buffer | null = Buffer.alloc(0);
  while (after !== null) {
    const [slice]: { lastHash: Buffer | null }[] = await forgetResultsAfter(
      tx,
      after,
      LOOK_AT_MAX,
      callerIds,
      ids,
      FORGOTTEN,
      keptOperations,
    );
    after = slice?.lastHash ?? null;
  }
}

async function replay<Result>(tx: Transaction, claim: Claim): Promise<Result> {
  const [stored] = await findKey(tx, claim.scopeHash);
  return requireStoredResult(stored, claim);
}

function requireStoredResult<Result>(stored: StoredKeyRow | undefined, claim: Claim): Result {
  if (stored === undefined || stored.result === null) throw inFlight();
  if (!stored.requestHash.equals(claim.requestHash))
    throw new CodedError(idempotencyErrors.keyReused);
  if (stored.result === FORGOTTEN) throw new CodedError(idempotencyErrors.responseErased);
  return JSON.parse(stored.result) as Result;
}
