import type { Database } from '../../../database/database.ts';
import { violates } from '../../../database/database-errors.ts';
import { isStaff } from '../../../shared/caller.ts';
import type { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import type { Customer } from '../../accounts/index.ts';
import { type LineToPrice, type PricedOrder, toBillParts } from '../../pricing/index.ts';
import { isSlotFull, SlotsUnreadError } from '../../scheduling/index.ts';
import { awaitsPayment, type Order, type PlacedState, placedStates } from '../order.ts';
import { presentOrder } from '../reading/present-order.ts';
import type { FulfilmentPromise } from './decide-fulfilment.ts';
import { decidePlacement } from './decide-placement.ts';
import { slotFullError } from './fulfilment-refusals.ts';
import { answerLateRepeats, findReplay, pinRepeats, toKeyTakenError } from './keys.ts';
import type { OrderNumbers } from './numbers.ts';
import { type PriceLists, withPriceList } from './price-list.ts';
import {
  getLines,
  getTerms,
  type PlacementReads,
  type ReadOptions,
  readPlacement,
} from './read-placement.ts';
import {
  isTakenMeanwhile,
  toRefusal,
  unusableCustomerError,
  unusableSourceError,
} from './refusals.ts';
import {
  type OrderTerms,
  type PlacementOutcome,
  type PlacementRequest,
  type PlacementRules,
  type RequestedLine,
  toOrigin,
} from './request.ts';
import { type Placement, writePlacement } from './write-placement.ts';

const TRIES_MAX = 10;

/** A new request that can be decided. */
interface Candidate {
  readonly index: number;
  readonly request: PlacementRequest;
  readonly customer: Customer;
  readonly lines: readonly RequestedLine[];
  readonly terms: OrderTerms;
}

/**
 * Places a batch of orders in one transaction and at most three round trips, whatever its size, so that a hot product
 * costs one row lock and one flush per batch, not per order. Deferred orders are only accepted, as QUEUED. Outcomes have
 * the order of the requests; refusing one does not affect the others.
 *
 * The first attempt decides by the stock as read, and locks its rows only to change them, at the very end. If another
 * transaction took the last units, uses or places meanwhile, the database refuses the change, and the batch is decided
 * again with them locked from the start. Why: docs/decisions/0004-placement.md. The same happens if an imported order has one of
 * the numbers, repeatedly if a running import takes the next ones too. Throws `KeyTakenError` if another transaction
 * used one of its keys or tokens meanwhile.
 */
export async function placeBatch(
  database: Database,
  rules: PlacementRules,
  orderNumbers: OrderNumbers,
  priceLists: PriceLists,
  requests: readonly PlacementRequest[],
): Promise<PlacementOutcome[]> {
  const attempt = (reading: Omit<ReadOptions, 'list'>) =>
    withPriceList(database, priceLists, (list) => attemptWith({ ...reading, list }));
  const attemptWith = (options: ReadOptions) =>
    database.transaction(async (tx) => {
      const reads = await readPlacement(tx, rules, orderNumbers, requests, options);
      const outcomes: PlacementOutcome[] = new Array(requests.length);
      const candidates = buildCandidates(requests, reads, outcomes);
      const placements = decideOrGiveBack(candidates, reads, outcomes);
      const usedKeys = await answerLateRepeats(tx, requests, outcomes, reads.usedKeys);
      await pinRepeats(tx, requests, outcomes, usedKeys);
      orderNumbers.giveBack(reads.numbers.slice(placements.length));
      if (placements.length > 0) await writePlacement(tx, placements);
      return outcomes;
    });
  function decideOrGiveBack(
    candidates: readonly Candidate[],
    reads: PlacementReads,
    outcomes: PlacementOutcome[],
  ): Placement[] {
    try {
      return decide(candidates, reads, rules, outcomes);
    } catch (error) {
      orderNumbers.giveBack(reads.numbers);
      throw error;
    }
  }
  let lockStock = false;
  let lockSlots = false;
  let allSlots = false;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt({ lockStock, lockSlots, allSlots });
    } catch (error) {
      const hasNumberConflict = violates(error, 'orders_number_key');
      if (error instanceof SlotsUnreadError && !allSlots) allSlots = true;
      else if (hasNumberConflict && attempts < TRIES_MAX) {
        orderNumbers.forget();
        lockStock = true;
      } else if (isSlotFull(error) && attempts < TRIES_MAX) lockSlots = true;
      else if (isTakenMeanwhile(error) && !lockStock) lockStock = true;
      else throw isSlotFull(error) ? slotFullError() : toKeyTakenError(error);
    }
  }
}

/** Answers repeats and requests that cannot be decided at all. Returns the rest. */
function buildCandidates(
  requests: readonly PlacementRequest[],
  reads: PlacementReads,
  outcomes: PlacementOutcome[],
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const [index, request] of requests.entries()) {
    const replay = findReplay(request, reads.usedKeys);
    if (replay !== null) {
      outcomes[index] = replay;
      continue;
    }
    const customer = findCustomer(request, reads.customers);
    const lines = getLines(request, reads.sourceLines);
    const refusal =
      (request.guest === null ? unusableCustomerError(customer, request.caller) : null) ??
      unusableSourceError(request, reads.sourceLines);
    if (customer === undefined || refusal !== null) outcomes[index] = toRefusedOutcome(refusal!);
    else {
      const terms = getTerms(request, reads.sourceLines);
      candidates.push({ index, request, customer, lines, terms });
    }
  }
  return candidates;
}

/** Returns the customer of a request. A guest is new. */
function findCustomer(
  { customerId, guest }: PlacementRequest,
  customers: PlacementReads['customers'],
): Customer | undefined {
  if (guest === null) return customers.get(customerId);
  const { email, name, phone } = guest;
  return {
    id: customerId,
    email: email?.address ?? null,
    name,
    phone,
    guest: true,
    role: 'customer',
    vip: false,
    disabled: false,
  };
}

/** Sets the outcome of every candidate. Returns the orders to write. */
function decide(
  candidates: readonly Candidate[],
  reads: PlacementReads,
  rules: PlacementRules,
  outcomes: PlacementOutcome[],
): Placement[] {
  const decisions = decidePlacement(
    candidates.map(({ request, customer, lines, terms }) => ({
      customerId: customer.id,
      guest: request.guest === null ? null : toOrigin(request.guest),
      network: request.network,
      vip: customer.vip,
      exempt: isStaff(request.caller),
      deferred: request.deferred,
      lines,
      terms,
      expectedTotalMinor: request.expectedTotalMinor,
      override: request.overrideReason !== null,
      promise: null,
    })),
    reads.facts,
  );
  const placements: Placement[] = [];
  candidates.forEach(({ index, request, customer, terms }, position) => {
    const decision = decisions[position]!;
    if (decision.kind !== 'accepted') {
      outcomes[index] = toRefusedOutcome(toRefusal(decision, request, rules.currency));
      return;
    }
    const { priced, promise } = decision;
    const { lines } = priced;
    const number = reads.numbers[placements.length]!;
    const order = buildOrder(
      { request, customer, terms, priced, promise },
      { createdAt: reads.createdAt, number },
      rules,
    );
    const body = JSON.stringify(presentOrder(order, lines, customer, request.caller));
    const { slotStart } = promise;
    placements.push({ request, order, lines, slotStart, body, discountCodes: terms.discountCodes });
    const { id, version } = order;
    const placed = { id, version, queued: request.deferred, body, replayed: false };
    outcomes[index] = { kind: 'placed', order: placed };
  });
  return placements;
}

const queuedStates: readonly PlacedState[] = [{ status: 'QUEUED', paymentStatus: 'UNPAID' }];

interface AcceptedOrder extends Pick<Candidate, 'request' | 'customer' | 'terms'> {
  readonly priced: PricedOrder<LineToPrice>;
  readonly promise: FulfilmentPromise;
}

function buildOrder(
  { request, customer, terms, priced, promise }: AcceptedOrder,
  given: { readonly number: string; readonly createdAt: Date },
  rules: PlacementRules,
): Order {
  const { totalMinor } = priced;
  const states = request.deferred ? queuedStates : placedStates(totalMinor);
  const { status, paymentStatus } = states.at(-1)!;
  const { caller } = request;
  const expiryMinutes = request.guest?.network ? rules.guestExpiryMinutes : rules.expiryMinutes;
  const expires = awaitsPayment(status, paymentStatus) && expiryMinutes > 0;
  return {
    id: caller.kind === 'order' ? caller.id : newId(),
    number: given.number,
    customerId: customer.id,
    status,
    paymentStatus,
    version: states.length,
    vip: customer.vip,
    totalMinor,
    currency: rules.currency,
    bill: toBillParts(priced),
    note: terms.note,
    fulfilment: promise.fulfilment,
    promisedFor: storePromise(promise, given.createdAt),
    shippingAddress: request.shippingAddress,
    cancelReason: null,
    failureCode: null,
    failureDetail: null,
    expiresAt: expires ? addMinutes(given.createdAt, expiryMinutes) : null,
    createdAt: given.createdAt,
    updatedAt: given.createdAt,
  };
}

function addMinutes(time: Date, minutes: number): Date {
  return new Date(time.getTime() + Math.round(minutes * 60_000));
}

/** Returns the promised time as it is stored: not if it is the time of the order itself. */
function storePromise({ promisedFor, slotStart }: FulfilmentPromise, createdAt: Date): Date | null {
  const isNow = slotStart === null && promisedFor?.getTime() === createdAt.getTime();
  return isNow ? null : promisedFor;
}

function toRefusedOutcome(error: CodedError): PlacementOutcome {
  return { kind: 'refused', error };
}
