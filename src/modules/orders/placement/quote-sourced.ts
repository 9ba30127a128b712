import type { Queryable } from '../../../database/statement.ts';
import { findOffers } from '../../inventory/index.ts';
import {
  type BilledLine,
  type BillView,
  distinctCodes,
  type LineView,
  presentLine,
  presentPriced,
  priceUnit,
} from '../../pricing/index.ts';
import type { QuoteView } from '../schemas.ts';
import type { UnpaidOrders } from './buyer.ts';
import { decideQuote } from './decide-quote.ts';
import { createModifierFinder, describeLine, type FindModifier } from './describe-line.ts';
import type { FoundLine, UnpricedLine } from './find-line.ts';
import type { PlacementFacts } from './placement-facts.ts';
import type { PriceList, PriceLists } from './price-list.ts';
import { readDiscounts } from './read-discounts.ts';
import { buildFacts, listModifierProducts } from './read-placement.ts';
import { readSlots, toKnownSlots } from './read-slots.ts';
import { presentRefusal, toRefusal } from './refusals.ts';
import type { QuoteRules, SourcedLines } from './request.ts';

/** What a source has for a customer, with what was true when it was read. */
export interface SourcedRead {
  readonly customerId: string;
  readonly sourced: SourcedLines;
  /** Open unpaid orders of the customer; null if there are none, or no limit. */
  readonly pending: UnpaidOrders | null;
  readonly readAt: Date;
  readonly priceVersion: number;
}

export interface SourcedQuote {
  /** One for each line of the source. */
  readonly lines: readonly QuotedLine[];
  /** Without the lines that cannot be ordered. */
  readonly bill: BillView;
  /** Pointers refer to the lines as `/items/<index>`. */
  readonly refusals: QuoteView['refusals'];
}

export interface QuotedLine {
  /** A line that is in no bill has the unit price that is known of it, and its amounts are 0. */
  readonly view: LineView;
  /** Units that can be ordered now, also of its modifiers; 0 if the line cannot be ordered. */
  readonly available: number;
  /** Why the line cannot be ordered. Null: it can. */
  readonly refusal: Exclude<FoundLine, { kind: 'line' }> | null;
}

/**
 * Quotes orders of lines that a source has already read, with their products. Reads nothing if they have neither codes
 * nor modifiers with stock, no limit of a discount applies, and slots have no maximum. The price list is as new as the read or newer.
 */
export async function quoteSourced(
  db: Queryable,
  rules: QuoteRules,
  priceLists: PriceLists,
  reads: readonly SourcedRead[],
): Promise<SourcedQuote[]> {
  const readVersion = reads[0]?.priceVersion;
  let list = await priceLists.get(db);
  // The second read begins after the source was read, so it is at least as new.
  for (let refreshed = 0; list.version !== readVersion && refreshed < 2; refreshed += 1) {
    list = await priceLists.refresh(db);
  }
  return quoteWith(db, rules, list, reads);
}

async function quoteWith(
  db: Queryable,
  rules: QuoteRules,
  list: PriceList,
  reads: readonly SourcedRead[],
): Promise<SourcedQuote[]> {
  const productIds = listModifierProducts(
    reads.flatMap(({ sourced }) => sourced.lines),
    list,
  );
  const [modifierOffers, discounts, slots] = await Promise.all([
    productIds.length === 0 ? [] : findOffers(db, productIds, []),
    readDiscounts(db, list, {
      codes: distinctCodes(reads.flatMap(({ sourced }) => sourced.terms.discountCodes)),
      customerIds: reads.map(({ customerId }) => customerId),
    }),
    readSlots(
      db,
      list.shop,
      reads.map(({ sourced }) => sourced.terms),
      true,
    ),
  ]);
  const findModifier = createModifierFinder(list);
  return reads.map((read) => {
    const offers = [...modifierOffers, ...read.sourced.offers];
    const knownSlots = toKnownSlots(slots, read.readAt);
    const pending = new Map(read.pending === null ? [] : [[read.customerId, read.pending]]);
    const facts = buildFacts(offers, pending, {
      ...rules,
      list,
      discounts,
      knownSlots,
      now: read.readAt,
    });
    return quoteOne(read, facts, findModifier);
  });
}

function quoteOne(
  { customerId, sourced: { lines, terms } }: SourcedRead,
  facts: PlacementFacts,
  findModifier: FindModifier,
): SourcedQuote {
  const { found, priced, lineIndexes, refusals } = decideQuote(
    {
      customerId,
      guest: null,
      exempt: false,
      lines,
      terms,
      expectedTotalMinor: null,
    },
    facts,
  );
  const pricedLines = new Map(lineIndexes.map((index, place) => [index, priced.lines[place]!]));
  return {
    lines: found.map((one, index): QuotedLine => {
      const describe = () =>
        one.kind === 'line' ? one.line : describeLine(lines[index]!, facts, findModifier);
      const line = pricedLines.get(index) ?? toUnbilled(describe());
      return {
        view: presentLine(line, index + 1, priced),
        available: one.kind === 'line' ? countAvailable(one.line, facts) : 0,
        refusal: one.kind === 'line' ? null : one,
      };
    }),
    bill: presentPriced(priced),
    refusals: refusals.map((refusal) =>
      presentRefusal(toRefusal(refusal, { lines, expectedTotalMinor: null }, facts.currency)),
    ),
  };
}

function toUnbilled(line: UnpricedLine): BilledLine {
  return { ...line, unitPriceMinor: priceUnit(line), totalMinor: 0, discountMinor: 0, taxMinor: 0 };
}

/** Returns how many units of the line the stock of its product and modifiers allows. */
function countAvailable(line: UnpricedLine, { available }: PlacementFacts): number {
  const limits = line.modifiers.flatMap(({ productId, quantity }) =>
    productId ? Math.floor((available.get(productId) ?? 0) / quantity) : [],
  );
  return Math.min(available.get(line.productId) ?? 0, ...limits);
}
