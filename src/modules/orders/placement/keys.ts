import type { Transaction } from '../../../database/database.ts';
import { violates } from '../../../database/database-errors.ts';
import { findUsedKeys, pinKeys } from '../../../database/queries.ts';
import { sha256 } from '../../../shared/canonical-json.ts';
import { idempotencyErrors, inFlight } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { OrderStatus } from '../order.ts';
import type { PlacementOutcome, PlacementRequest } from './request.ts';

/** A key under which a request takes effect once: the Idempotency-Key or the clientToken. */
interface Key {
  readonly scopeHash: Buffer;
  readonly requestHash: Buffer;
  /** A clientToken is valid for as long as its order exists, a key for 24 hours. */
  readonly permanent: boolean;
}

export interface UsedKey {
  readonly requestHash: Buffer;
  readonly result: string | null;
  readonly effectId: string | null;
}

export function listKeys(request: PlacementRequest): Key[] {
  const keys: Key[] = [];
  if (request.claim !== null) {
    const { scopeHash, requestHash } = request.claim;
    keys.push({ scopeHash, requestHash, permanent: false });
  }
  if (request.clientToken !== null) {
    const { token, requestHash } = request.clientToken;
    const scopeHash = sha256('client-token', request.customerId, token);
    keys.push({ scopeHash, requestHash, permanent: true });
  }
  return keys;
}

export async function findUsedKeysByHash(
  tx: Transaction,
  requests: readonly PlacementRequest[],
): Promise<Map<string, UsedKey>> {
  const scopeHashes = requests.flatMap((request) => listKeys(request).map((key) => key.scopeHash));
  if (scopeHashes.length === 0) return new Map();
  const rows = await findUsedKeys(tx, scopeHashes);
  return new Map(rows.map((row) => [row.scopeHash.toString('hex'), row]));
}

/**
 * Returns the stored outcome of a request whose key or token was used before, or null if the request is new. A key that
 * belongs to another body, or a key and a token that belong to different orders, are refused with
 * `idempotency.key_reused`.
 */
export function findReplay(
  request: PlacementRequest,
  used: ReadonlyMap<string, UsedKey>,
): PlacementOutcome | null {
  const keys = listKeys(request);
  const found = keys.flatMap((key) => {
    const stored = used.get(key.scopeHash.toString('hex'));
    return stored === undefined ? [] : [{ key, stored }];
  });
  const [first] = found;
  if (first === undefined) return null;
  const same = found.every(
    ({ key, stored }) =>
      stored.requestHash.equals(key.requestHash) && stored.effectId === first.stored.effectId,
  );
  const { result, effectId } = first.stored;
  if (!same || result === null || effectId === null) {
    return { kind: 'refused', error: new CodedError(idempotencyErrors.keyReused) };
  }
  const { version, status } = JSON.parse(result) as { version: number; status: OrderStatus };
  return {
    kind: 'placed',
    // The first response, regardless of later changes of the order.
    order: { id: effectId, version, queued: status === 'QUEUED', body: result, replayed: true },
  };
}

/**
 * Answers requests that were refused while the first request with their key or token was being committed: after the
 * keys were read and before stock and prices were, its order may have taken what they were refused for. Returns all
 * keys that are known now.
 */
export async function answerLateRepeats(
  tx: Transaction,
  requests: readonly PlacementRequest[],
  outcomes: PlacementOutcome[],
  used: ReadonlyMap<string, UsedKey>,
): Promise<ReadonlyMap<string, UsedKey>> {
  const isLate = (request: PlacementRequest, index: number) =>
    outcomes[index]?.kind === 'refused' &&
    listKeys(request).every(({ scopeHash }) => !used.has(scopeHash.toString('hex')));
  const found = await findUsedKeysByHash(tx, requests.filter(isLate));
  if (found.size === 0) return used;
  for (const [index, request] of requests.entries()) {
    if (isLate(request, index)) outcomes[index] = findReplay(request, found) ?? outcomes[index]!;
  }
  return new Map([...used, ...found]);
}

/** The response of a placement, and the request that receives it. */
interface AnsweredPlacement {
  readonly request: PlacementRequest;
  readonly order: { readonly id: string };
  readonly body: string;
}

/**
 * Stores each placement's response under its key and token, in the placement's transaction. Throws if another server
 * used one of them meanwhile: the batch rolls back, and on the next attempt the request finds the stored response.
 */
export async function pinPlacements(
  tx: Transaction,
  placements: readonly AnsweredPlacement[],
): Promise<void> {
  const pins = placements.flatMap((placement) => buildPins(placement));
  if (pins.length > 0) await storePins(tx, pins);
}

/**
 * Stores the new keys of repeats that were found by their token. They are answered with a 2xx, so from now on the key
 * belongs to that order too. Throws like `pinPlacements`.
 */
export async function pinRepeats(
  tx: Transaction,
  requests: readonly PlacementRequest[],
  outcomes: readonly (PlacementOutcome | undefined)[],
  used: ReadonlyMap<string, UsedKey>,
): Promise<void> {
  if (used.size === 0) return;
  const pins = requests.flatMap((request, index) => {
    const outcome = outcomes[index];
    if (outcome?.kind !== 'placed' || !outcome.order.replayed) return [];
    const { order } = outcome;
    return buildPins({ request, order, body: order.body }).filter(
      ({ key }) => !used.has(key.scopeHash.toString('hex')),
    );
  });
  if (pins.length > 0) await storePins(tx, pins);
}

interface KeyPin extends AnsweredPlacement {
  readonly key: Key;
}

function buildPins({ request, order, body }: AnsweredPlacement): KeyPin[] {
  return listKeys(request).map((key) => ({ key, request, order, body }));
}

async function storePins(tx: Transaction, pins: readonly KeyPin[]): Promise<void> {
  const pinned = await pinKeys(
    tx,
    pins.map(({ key }) => key.scopeHash),
    pins.map(({ key }) => key.requestHash),
    pins.map(({ request }) => request.caller.id),
    pins.map(({ request }) => request.operation),
    pins.map(({ body }) => body),
    pins.map(({ order }) => order.id),
    pins.map(({ key }) => key.permanent),
  );
  if (pinned.length < pins.length) throw new KeyTakenError();
}

/** Another transaction placed an order under the same key or token between our read and our write. */
class KeyTakenError extends Error {
  constructor(cause?: unknown) {
    super('another transaction used the same idempotency key or client token meanwhile', { cause });
    this.name = 'KeyTakenError';
  }
}

/**
 * Returns the error of a batch, as a `KeyTakenError` if a token was used meanwhile: the order's row violates its unique
 * index before the token's own row is written. This means a repeat, so it must never become a refusal.
 */
export function toKeyTakenError(error: unknown): unknown {
  return violates(error, 'orders_customer_id_client_token_key') ? new KeyTakenError(error) : error;
}

/** A key and a token may each conflict once with another transaction; the attempt after that finds both stored. */
const ATTEMPTS_MAX = 3;

/**
 * Runs `attempt` again if another transaction used one of its keys or tokens, because the stored response is then
 * found. Throws `idempotency.in_flight` if the last attempt conflicts too.
 */
export async function retryOnTakenKey<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof KeyTakenError)) throw error;
      if (attempts === ATTEMPTS_MAX) throw inFlight(error);
    }
  }
}
