import type { Database, Transaction } from '../../../database/database.ts';
import { violates } from '../../../database/database-errors.ts';
import type { Claim } from '../../../database/idempotency.ts';
import { canonicalJson, sha256 } from '../../../shared/canonical-json.ts';
import { idempotencyErrors, inFlight } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { OrderView } from '../schemas.ts';
import { findUsedKeys, releaseKeys, storeKeys } from './queries.ts';
import type { OrderKey, PlacedOrder, PlacementOutcome, PlacementRequest } from './request.ts';
import { compressResponses, DICTIONARY, expandResponses } from './stored-responses.ts';

/** A key that was used before, with the response that it was answered with. */
export interface UsedKey {
  readonly requestHash: string;
  readonly orderId: string;
  readonly responses: Buffer;
  /** What they were compressed with. */
  readonly dictionary: number;
  /** The index of the response. */
  readonly place: number;
}

/** Builds the keys of a request. `owner` names whose `clientToken` it is; `body` has it in either spelling. */
export function buildKeys(
  { claim, operation }: { readonly claim: Claim | null; readonly operation: string },
  owner: string,
  clientToken: string | undefined,
  body: { readonly client_token?: string },
): OrderKey[] {
  const keys: OrderKey[] = [];
  if (claim !== null) {
    const { scopeHash, requestHash } = claim;
    keys.push(buildKey(scopeHash, requestHash, false));
  }
  if (clientToken !== undefined) {
    const { client_token: _, ...rest } = body;
    const requestHash = sha256(operation, canonicalJson({ ...rest, clientToken }));
    keys.push(buildKey(sha256('client-token', owner, clientToken), requestHash, true));
  }
  return keys;
}

function buildKey(scopeHash: Buffer, requestHash: Buffer, isPermanent: boolean): OrderKey {
  return {
    scopeHash: truncateHash(scopeHash),
    requestHash: truncateHash(requestHash),
    isPermanent,
  };
}

/** 128 bits: two hashes that differ anywhere differ in them, and a uuid column stores and compares them cheaply. */
function truncateHash(hash: Buffer): string {
  return hash.toString('hex', 0, 16);
}

/** Finds the keys that were used before, by their scope hash. An expired key is released, so that it can be used again. */
export async function findUsedKeysByHash(
  tx: Transaction,
  requests: readonly PlacementRequest[],
): Promise<Map<string, UsedKey>> {
  const scopeHashes = requests.flatMap(({ keys }) => keys.map(({ scopeHash }) => scopeHash));
  if (scopeHashes.length === 0) return new Map();
  const rows = await findUsedKeys(tx, scopeHashes);
  const expired = rows.filter(({ isExpired }) => isExpired);
  if (expired.length > 0) {
    await releaseKeys(
      tx,
      expired.map(({ scopeHash }) => scopeHash),
    );
  }
  return new Map(rows.filter(({ isExpired }) => !isExpired).map((row) => [row.scopeHash, row]));
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
  const found = request.keys.flatMap((key) => {
    const stored = used.get(key.scopeHash);
    return stored === undefined ? [] : [{ key, stored }];
  });
  const [first] = found;
  if (first === undefined) return null;
  const { orderId, responses, dictionary, place } = first.stored;
  const same = found.every(
    ({ key, stored }) => stored.requestHash === key.requestHash && stored.orderId === orderId,
  );
  if (!same) return { kind: 'refused', error: new CodedError(idempotencyErrors.keyReused) };
  // The first response, regardless of later changes of the order.
  const body = expandResponses(responses, dictionary)[place]!;
  const { id, version, status } = JSON.parse(body) as OrderView;
  if (id !== orderId) throw new Error(`the stored response of order ${orderId} is of ${id}`);
  return {
    kind: 'placed',
    order: { id, version, queued: status === 'QUEUED', body, replayed: true },
  };
}

/**
 * Returns the response of a request that an older version accepted although it is invalid now, such as an address in no
 * country, or null if there is none.
 */
export async function findOlderResponse(
  database: Database,
  request: PlacementRequest,
): Promise<PlacedOrder | null> {
  if (request.keys.length === 0) return null;
  const used = await database.transaction((tx) => findUsedKeysByHash(tx, [request]));
  const outcome = findReplay(request, used);
  return outcome?.kind === 'placed' ? outcome.order : null;
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
    request.keys.every(({ scopeHash }) => !used.has(scopeHash));
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
 * Prepares to store each placement's response under its key and token, in the placement's transaction. The returned
 * function only sends statements. They fail if another server used a key meanwhile: the batch rolls back, and on the next
 * attempt the request finds the stored response.
 */
export function preparePins(
  placements: readonly AnsweredPlacement[],
): (tx: Transaction) => Promise<void> {
  const rows = buildPinRows(placements.flatMap(buildPins));
  return (tx) => storePins(tx, rows);
}

/**
 * Stores the new keys of repeats that were found by their token. They are answered with a 2xx, so from now on the key
 * belongs to that order too. Fails like the statements of `preparePins`.
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
      ({ key }) => !used.has(key.scopeHash),
    );
  });
  await storePins(tx, buildPinRows(pins));
}

/** A key to store, with the order and the response that it will stand for. */
interface KeyPin {
  readonly key: OrderKey;
  readonly orderId: string;
  readonly body: string;
}

function buildPins({ request, order, body }: AnsweredPlacement): KeyPin[] {
  return request.keys.map((key) => ({ key, orderId: order.id, body }));
}

/** The length of the responses that are compressed together: a replay expands all of them. */
const RESPONSES_LENGTH_MAX = 65_536;

/** Pins whose responses are stored together. */
interface PinRow {
  readonly pins: readonly KeyPin[];
  readonly responses: Buffer;
  readonly isPermanent: boolean;
}

function buildPinRows(pins: readonly KeyPin[]): PinRow[] {
  const { permanent = [], temporary = [] } = Object.groupBy(pins, ({ key }) =>
    key.isPermanent ? 'permanent' : 'temporary',
  );
  const build = (isPermanent: boolean) => (some: readonly KeyPin[]) => {
    const responses = compressResponses(some.map(({ body }) => body));
    return { pins: some, responses, isPermanent };
  };
  return [...splitPins(permanent).map(build(true)), ...splitPins(temporary).map(build(false))];
}

async function storePins(tx: Transaction, rows: readonly PinRow[]): Promise<void> {
  await Promise.all(
    rows.map(({ pins, responses, isPermanent }) =>
      storeKeys(
        tx,
        pins.map(({ key }) => key.scopeHash),
        pins.map(({ key }) => key.requestHash),
        pins.map(({ orderId }) => orderId),
        responses,
        DICTIONARY,
        isPermanent,
      ),
    ),
  );
}

function splitPins(pins: readonly KeyPin[]): KeyPin[][] {
  const parts: KeyPin[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const pin of pins) {
    length += pin.body.length;
    if (length > RESPONSES_LENGTH_MAX) {
      parts.push([]);
      length = pin.body.length;
    }
    parts.at(-1)!.push(pin);
  }
  return parts;
}

/** Another transaction placed an order under the same key or token between our read and our write. */
class KeyTakenError extends Error {
  constructor(cause: unknown) {
    super('another transaction used the same idempotency key or client token meanwhile', { cause });
    this.name = 'KeyTakenError';
  }
}

/**
 * Returns the error of a batch, as a `KeyTakenError` if a key or a token was used meanwhile. A token violates the unique
 * index of its order's row before its own row is written. This means a repeat, so it must never become a refusal.
 */
export function toKeyTakenError(error: unknown): unknown {
  const isTaken =
    violates(error, 'order_keys_scope_hash_pkey') ||
    violates(error, 'orders_customer_id_client_token_key');
  return isTaken ? new KeyTakenError(error) : error;
}

/** A key and a token may each conflict once with another transaction; the attempt after that finds both stored. */
const ATTEMPTS_MAX = 3;

/**
 * Runs `attempt` again if another transaction used one of its keys or tokens, because the stored response is then
 * found. Throws `idempotency.in_flight` if the last attempt conflicts too.
 */
export function retryOnTakenKey<T>(
  attempt: () => Promise<T>,
  attemptsLeft = ATTEMPTS_MAX,
): Promise<T> {
  return attempt().catch((error: unknown) => {
    if (!(error instanceof KeyTakenError)) throw error;
    if (attemptsLeft === 1) throw inFlight(error);
    return retryOnTakenKey(attempt, attemptsLeft - 1);
  });
}
