import type { Database } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { authErrors, requestErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { findCustomers } from '../../accounts/index.ts';
import { presentLine, presentPriced } from '../../pricing/index.ts';
import type { QuoteInput, QuoteView } from '../schemas.ts';
import type { Buyer, PendingCounts } from './buyer.ts';
import { listLimited, readPendingCounts } from './count-pending.ts';
import { decideQuote } from './decide-quote.ts';
import { guestErrors, toGuest } from './guest-input.ts';
import {
  customerErrors,
  itemErrors,
  mayNameCustomers,
  optionErrors,
  requestedLines,
  statedTerms,
} from './placement-input.ts';
import type { PriceLists } from './price-list.ts';
import type { SourcedQuote, SourcedRead } from './quote-sourced.ts';
import { readQuoteFacts } from './read-quote.ts';
import { presentRefusal, toRefusal, unusableCustomerError } from './refusals.ts';
import { fillTerms, type QuoteRules, toOrigin } from './request.ts';

export interface QuoteContext {
  /** Null: a new customer, or the guest whom they state. */
  readonly caller: Caller | null;
  /** From where it is requested, see `clientNetwork`. */
  readonly network: string;
  /** The same if it says something about a customer with an account, see `findPublicNetwork`. */
  readonly buyerNetwork: string | null;
}

export interface Quoting {
  /** Returns what an order would cost now. See below. */
  quoteOrder(context: QuoteContext, input: QuoteInput): Promise<QuoteView>;
  /** Returns what orders of lines from a source would cost, one quote for each. See `quote-sourced.ts`. */
  quoteSourced(db: Queryable, reads: readonly SourcedRead[]): Promise<SourcedQuote[]>;
  /** Counts open unpaid orders by customer, if they are limited. Reads nothing otherwise. */
  countPending(db: Queryable, customerIds: readonly string[]): Promise<PendingCounts>;
}

/**
 * Returns what an order would cost now, and every reason why its placement would be refused. Reserves and writes
 * nothing, so a placement may still have another result a moment later. Throws `request.invalid` for invalid input or an
 * order that cannot be priced, `auth.forbidden` for a customer or a guest whom the caller may not place orders for, and
 * `auth.unauthenticated` for a guest where the shop takes no orders of guests.
 */
export async function quoteOrder(
  database: Database,
  rules: QuoteRules,
  priceLists: PriceLists,
  context: QuoteContext,
  input: QuoteInput,
): Promise<QuoteView> {
  const { caller } = context;
  const { currency } = rules;
  if (caller === null && input.guest !== undefined && !rules.guestCheckout) {
    throw new CodedError(authErrors.unauthenticated);
  }
  // Limits per customer, and first orders, tell of earlier orders.
  const namesOther = (input.customerId ?? input.guest) !== undefined && isStaff(caller);
  if (namesOther && !mayNameCustomers(caller)) throw new CodedError(authErrors.forbidden);
  const errors = [
    ...optionErrors(input, currency),
    ...itemErrors(input.items, currency),
    // Staff may request a quote without a customer.
    ...(input.customerId === undefined ? [] : customerErrors(caller, input)),
    ...guestErrors(caller, input),
  ];
  if (errors.length > 0) throw new CodedError(requestErrors.invalid, { errors });

  const lines = requestedLines(input.items);
  const buyer = findBuyer(context, input);
  const { customerId } = buyer;
  const terms = fillTerms(statedTerms(input));
  const [facts, customers, pending] = await Promise.all([
    readQuoteFacts(database, rules, priceLists, { customerId, lines, terms }),
    customerId === null ? [] : findCustomers(database, [customerId]),
    isStaff(caller) ? noCounts : readPendingCounts(database, listLimited(rules, [buyer])),
  ]);

  const expectedTotalMinor = input.expectedTotal?.amount ?? null;
  const { priced, lineIndexes, refusals } = decideQuote(
    { ...buyer, exempt: isStaff(caller), lines, terms, expectedTotalMinor },
    { ...facts, pending },
  );
  const tooLarge = refusals.find(({ kind }) => kind === 'total_too_large');
  if (tooLarge !== undefined) throw toRefusal(tooLarge, { lines, expectedTotalMinor }, currency);
  const unusable =
    caller === null || customerId === null ? null : unusableCustomerError(customers[0], caller);
  const refused = refusals.map((refusal) =>
    toRefusal(refusal, { lines, expectedTotalMinor }, currency),
  );
  return {
    items: priced.lines.map((line, place) => presentLine(line, lineIndexes[place]! + 1, priced)),
    bill: presentPriced(priced),
    refusals: [...(unusable === null ? [] : [unusable]), ...refused].map(presentRefusal),
  };
}

const noCounts: PendingCounts = new Map();

function findBuyer(
  { caller, network, buyerNetwork }: QuoteContext,
  { customerId, guest, fulfilment }: QuoteInput,
): Buyer {
  if (guest === undefined) {
    return {
      customerId: customerId ?? (isStaff(caller) ? null : (caller?.id ?? null)),
      guest: null,
      network: isStaff(caller) ? null : buyerNetwork,
    };
  }
  const origin = toOrigin({ ...toGuest(guest, fulfilment), network });
  return { customerId: null, guest: origin };
}
