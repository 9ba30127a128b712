import type { Database } from '../../../database/database.ts';
import type { Claim } from '../../../database/idempotency.ts';
import { isDatabaseUnavailable } from '../../../database/unavailable.ts';
import { createBatcher, TRANSACTION_GATHER_MS } from '../../../shared/batcher.ts';
import { type Caller, type Cause, isStaff } from '../../../shared/caller.ts';
import { authErrors, invalidInput, invalidInputs } from '../../../shared/common-errors.ts';
import { CodedError, type InputError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import type { Money } from '../../../shared/money.ts';
import type { OrderView, PlaceOrderInput } from '../schemas.ts';
import { guestErrors, toGuest } from './guest-input.ts';
import { buildKeys, findOlderResponse, retryOnTakenKey } from './keys.ts';
import { createOrderNumbers } from './numbers.ts';
import { placeBatch } from './place-batch.ts';
import {
  customerErrors,
  itemErrors,
  mayNameCustomers,
  optionErrors,
  overrideErrors,
  requestedLines,
  statedTerms,
  type TermsInput,
} from './placement-input.ts';
import type { PriceLists } from './price-list.ts';
import {
  isLineSource,
  type LineSource,
  type PlacedOrder,
  type PlacedReply,
  type PlacementOutcome,
  type PlacementRequest,
  type PlacementRules,
} from './request.ts';

/** While the database works on one batch, this process works on the other. A third batch gained nothing. */
const CONCURRENT_BATCHES_MAX = 2;
const BATCH_SIZE_MAX = 200;
const WAITING_MAX = 10_000;

/** The caller of a placement, its cause and its operation. */
export interface PlacementContext {
  readonly caller: Caller;
  readonly cause: Cause;
  readonly claim: Claim | null;
  readonly operation: string;
  /** `Prefer: respond-async`: the order is accepted as QUEUED, and a worker places it. */
  readonly deferred: boolean;
  /** From where the caller orders, see `findPublicNetwork`. Null or left out: it is not counted. */
  readonly network?: string | null;
}

/** The same of someone who has not signed in, and orders as a guest. */
export interface StrangerContext extends Omit<PlacementContext, 'caller' | 'network'> {
  readonly caller: null;
  /** See `clientNetwork`. */
  readonly network: string;
}

/** The fields of a request besides its lines. */
export interface PlacementOptions extends TermsInput {
  readonly expectedTotal?: Money;
  readonly shippingAddress?: string;
  readonly clientToken?: string;
  readonly client_token?: string;
}

export interface OrderPlacement {
  /**
   * Places an order of the lines in the body. Throws the refusal, and `auth.unauthenticated` for a stranger who does not
   * say who they are.
   */
  placeOrder(
    context: PlacementContext | StrangerContext,
    input: PlaceOrderInput,
  ): Promise<PlacedReply>;
  /**
   * Places an order of the lines that the source has for the calling customer, unless their version is refused. Throws
   * the refusal.
   */
  placeFromSource(
    context: PlacementContext,
    source: LineSource,
    options: PlacementOptions,
    refuseVersion: PlacementRequest['refuseVersion'],
  ): Promise<PlacedReply>;
}

export function createOrderPlacement(
  database: Database,
  rules: PlacementRules,
  priceLists: PriceLists,
  signOrderToken: (orderId: string, createdAt: Date) => string,
  onPlaced: (count: number) => void,
  onWaiting: (change: 1 | -1) => void,
): OrderPlacement {
  const orderNumbers = createOrderNumbers();
  const submit = createBatcher<PlacementRequest, PlacementOutcome>({
    batchesMax: CONCURRENT_BATCHES_MAX,
    sizeMax: BATCH_SIZE_MAX,
    gatherMs: TRANSACTION_GATHER_MS,
    waitingMax: WAITING_MAX,
    exclusives: listExclusiveNames,
    run: (requests) => placeBatch(database, rules, orderNumbers, priceLists, requests),
    // After a lost connection the outcome is unknown; without a key, a second attempt could place a second order.
    mayRetryAlone: (error) => !isDatabaseUnavailable(error),
  });

  async function place(request: PlacementRequest): Promise<PlacedReply> {
    // A request with `Prefer: respond-async` does not wait for the placement.
    const waits = !request.deferred;
    if (waits) onWaiting(1);
    try {
      const outcome = await retryOnTakenKey(() => submit(request));
      if (outcome.kind === 'refused') throw outcome.error;
      if (!outcome.order.replayed && !outcome.order.queued) onPlaced(1);
      return { ...outcome.order, orderToken: findToken(request, outcome.order) };
    } finally {
      if (waits) onWaiting(-1);
    }
  }

  /** Answers an invalid request as an older version did, which accepted it. */
  async function repeatOlder(
    request: PlacementRequest,
    errors: readonly InputError[],
  ): Promise<PlacedReply> {
    const older = await findOlderResponse(database, request);
    if (older === null) throw invalidInputs(errors);
    return { ...older, orderToken: null };
  }

  /** The token is stored nowhere, and the same each time. */
  function findToken({ guest }: PlacementRequest, { id, body }: PlacedOrder): string | null {
    if (guest === null) return null;
    const { createdAt } = JSON.parse(body) as OrderView;
    return signOrderToken(id, new Date(createdAt));
  }

  return {
    async placeOrder(context, input) {
      if (context.caller === null && input.guest === undefined) {
        throw new CodedError(authErrors.unauthenticated);
      }
      // Callers who may name customers may also override.
      if (input.override === true && !mayNameCustomers(context.caller)) {
        throw new CodedError(authErrors.forbidden);
      }
      const errors = findInputErrors(context.caller, input, rules.currency);
      // A guest cannot have ordered with an older version.
      if (errors.length > 0 && input.guest !== undefined) throw invalidInputs(errors);
      const lines = requestedLines(input.items);
      const request = buildRequest(findBuyer(context, input), lines, input);
      if (errors.length > 0) return repeatOlder(request, errors);
      return place({ ...request, overrideReason: input.override === true ? input.reason! : null });
    },
    async placeFromSource(context, source, options, refuseVersion) {
      const errors = optionErrors(options, rules.currency);
      const buyer = { ...context, customerId: context.caller.id, guest: null };
      const request = { ...buildRequest(buyer, source, options), refuseVersion };
      return errors.length > 0 ? repeatOlder(request, errors) : place(request);
    },
  };
}

/** A placement by a known caller for a known customer. */
interface KnownPlacement extends PlacementContext, Pick<PlacementRequest, 'customerId' | 'guest'> {}

/** Finds for whom an order is, and who places it: a stranger is a guest, who will have the token of the order. */
function findBuyer(
  context: PlacementContext | StrangerContext,
  { customerId, guest: stated, fulfilment }: PlaceOrderInput,
): KnownPlacement {
  const { caller } = context;
  if (stated === undefined) {
    return { ...context, caller: caller!, customerId: customerId ?? caller!.id, guest: null };
  }
  const network = caller === null ? context.network : null;
  return {
    ...context,
    caller: caller ?? { kind: 'order', id: newId() },
    customerId: newId(),
    guest: { ...toGuest(stated, fulfilment), network },
  };
}

function buildRequest(
  context: KnownPlacement,
  lines: PlacementRequest['lines'],
  options: PlacementOptions,
): PlacementRequest {
  const { client_token: otherSpelling, clientToken = otherSpelling } = options;
  const { caller, cause, deferred, customerId, guest, network = null } = context;
  if (otherSpelling !== undefined && otherSpelling !== clientToken) {
    throw invalidInput('/client_token', 'It differs from clientToken.');
  }
  return {
    customerId,
    guest,
    network: guest === null && !isStaff(caller) ? network : null,
    caller,
    cause,
    keys: buildKeys(context, findTokenOwner(context), clientToken, options),
    deferred,
    lines,
    refuseVersion: () => null,
    expectedTotalMinor: options.expectedTotal?.amount ?? null,
    terms: statedTerms(options),
    shippingAddress: options.shippingAddress ?? null,
    overrideReason: null,
    clientToken: clientToken ?? null,
  };
}

/**
 * Returns whose `clientToken` it is. It is unique per customer, and for guests per e-mail address. Orders that staff place
 * for guests have tokens of their own, because they are answered differently. The database knows this rule too, as
 * `find_token_owner`.
 */
function findTokenOwner({ customerId, guest }: KnownPlacement): string {
  if (guest === null) return customerId;
  const address = Buffer.from(guest.email?.key ?? '').toString('hex');
  return guest.network === null ? `guest of staff ${address}` : `guest ${address}`;
}

/**
 * Returns names that only one request at a time may have. A key, a token or a customer's cart takes effect once: the
 * next request with it waits for the commit and finds its result. Only requests of other servers can still conflict in
 * the database.
 */
function listExclusiveNames(request: PlacementRequest): string[] {
  const names = request.keys.map(({ scopeHash }) => scopeHash);
  if (isLineSource(request.lines)) names.push(`${request.lines.name}:${request.customerId}`);
  return names;
}

function findInputErrors(
  caller: Caller | null,
  input: PlaceOrderInput,
  currency: string,
): InputError[] {
  return [
    ...optionErrors(input, currency),
    ...itemErrors(input.items, currency),
    ...customerErrors(caller, input),
    ...guestErrors(caller, input),
    ...overrideErrors(input),
  ];
}
