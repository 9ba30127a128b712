import type { Database } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { authErrors, requestErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { findCustomers } from '../../accounts/index.ts';
import { presentLine, presentPriced } from '../../pricing/index.ts';
import type { QuoteInput, QuoteView } from '../schemas.ts';
import { decideQuote } from './decide-quote.ts';
import {
  customerErrors,
  itemErrors,
  mayNameCustomers,
  optionErrors,
  requestedLines,
  statedTerms,
} from './placement-input.ts';
import type { PriceLists } from './price-list.ts';
import { countPending } from './queries.ts';
import type { SourcedQuote, SourcedRead } from './quote-sourced.ts';
import { readQuoteFacts } from './read-quote.ts';
import { presentRefusal, toRefusal, unusableCustomerError } from './refusals.ts';
import { fillTerms, type PlacementRules } from './request.ts';

export interface Quoting {
  /** Returns what an order would cost now; `caller` null: for a new customer. Throws `request.invalid` and `auth.forbidden`. */
  quoteOrder(caller: Caller | null, input: QuoteInput): Promise<QuoteView>;
  /** Returns what orders of lines from a source would cost, one quote for each. See `quote-sourced.ts`. */
  quoteSourced(db: Queryable, reads: readonly SourcedRead[]): Promise<SourcedQuote[]>;
  /** Counts open unpaid orders by customer, if they are limited. Reads nothing otherwise. */
  countPending(db: Queryable, customerIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/**
 * Returns what an order would cost now, and every reason why its placement would be refused. Reserves and writes
 * nothing, so a placement may still have another result a moment later. `caller` null: for a new customer. Throws
 * `request.invalid` for invalid input or an order that cannot be priced, and `auth.forbidden` for a customer whom the
 * caller may not place orders for.
 */
export async function quoteOrder(
  database: Database,
  rules: Pick<PlacementRules, 'currency' | 'pendingMax' | 'pricesIncludeTax'>,
  priceLists: PriceLists,
  caller: Caller | null,
  input: QuoteInput,
): Promise<QuoteView> {
  const { currency, pendingMax } = rules;
  // Limits per customer, and first orders, tell of earlier orders.
  const namesOther = input.customerId !== undefined && isStaff(caller);
  if (namesOther && !mayNameCustomers(caller!)) throw new CodedError(authErrors.forbidden);
  const errors = [
    ...optionErrors(input, currency),
    ...itemErrors(input.items, currency),
    // Staff may request a quote without a customer.
    ...(input.customerId === undefined ? [] : customerErrors(caller, input.customerId)),
  ];
  if (errors.length > 0) throw new CodedError(requestErrors.invalid, { errors });

  const lines = requestedLines(input.items);
  const customerId = input.customerId ?? (isStaff(caller) ? null : (caller?.id ?? null));
  const isLimited = customerId !== null && !isStaff(caller) && pendingMax > 0;
  const terms = fillTerms(statedTerms(input));
  const [facts, customers, pendingCounts] = await Promise.all([
    readQuoteFacts(database, rules, priceLists, { customerId, lines, terms }),
    customerId === null ? [] : findCustomers(database, [customerId]),
    isLimited ? countPending(database, [customerId]) : [],
  ]);

  const pending = pendingCounts[0]?.count ?? 0;
  const expectedTotalMinor = input.expectedTotal?.amount ?? null;
  const { priced, lineIndexes, refusals } = decideQuote(
    { customerId, pending, lines, terms, expectedTotalMinor },
    facts,
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
