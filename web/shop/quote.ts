import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, createApiWithoutCookies, type ReplyOf, readBody } from '../shared/api.ts';
import type { CartLine } from './cart-line.ts';
import { noTerms, type Terms, toBody } from './terms.ts';

export type Quote = ReplyOf<'quoteOrder'>;

/** Prices the cart in this browser without credentials, even if a session cookie is left. */
const strangers = createApiWithoutCookies(null);

/** Several quick taps cause one request. */
const SETTLED_AFTER_MS = 250;

type QuotedLine = Pick<CartLine, 'sku' | 'quantity' | 'modifiers' | 'note'>;

/** Returns what a quote and an order state about these lines and terms. */
export function buildBody(lines: readonly QuotedLine[], terms: Terms) {
  return {
    items: lines.map(({ sku, quantity, modifiers, note }) => ({
      sku,
      quantity,
      modifiers: modifiers.map((modifier) => ({
        code: modifier.code,
        quantity: modifier.quantity,
      })),
      ...(note === null ? {} : { note }),
    })),
    ...toBody(terms),
  };
}

/** Requests what an order would cost and why it would be refused. */
export function requestQuote(
  lines: readonly QuotedLine[],
  terms: Terms,
  signal?: AbortSignal,
): Promise<Quote> {
  const body = buildBody(lines, terms);
  return readBody(api.POST('/api/quotes', { body, ...(signal === undefined ? {} : { signal }) }));
}

/** Requests a quote for these lines, if there are any, and again when they change. */
export function useQuote(lines: readonly QuotedLine[], terms: Terms = noTerms) {
  const wanted = JSON.stringify(buildBody(lines, terms));
  const settled = useSettled(wanted);
  const { data, error, isPlaceholderData } = useQuery<Quote>({
    queryKey: ['quote', settled],
    queryFn: ({ signal }) =>
      readBody(strangers.POST('/api/quotes', { body: JSON.parse(settled), signal })),
    // Prices and stock change while a guest chooses, so each page that shows sums requests them again, also when the
    // guest returns to it.
    staleTime: 0,
    enabled: lines.length > 0 && !settled.startsWith('{"items":[]'),
    placeholderData: keepPreviousData,
  });
  return {
    quote: data,
    /** The quote is for other lines, or could not be renewed. */
    isPending: isPlaceholderData || settled !== wanted || error !== null,
    error,
  };
}

/** Returns the text once it has not changed for a moment; the first one immediately. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** A refusal of a quote or a cart. */
export type Refusal = Quote['refusals'][number];

/** Returns how many units of each product can be ordered, of those with too few, by SKU. */
export function listShortages(refusals: readonly Refusal[]): ReadonlyMap<string, number> {
  const refusal = refusals.find(({ code }) => code === 'inventory.insufficient_stock');
  const lines = (refusal?.lines ?? []) as readonly { sku: string; available: number }[];
  return new Map(lines.map(({ sku, available }) => [sku, available]));
}

/** Returns the reason why each named code is refused, by the code in lower case. */
export function listRefusedCodes(refusals: readonly Refusal[]): ReadonlyMap<string, string> {
  const refusal = refusals.find(({ code }) => code === 'discounts.not_applicable');
  const codes = (refusal?.discounts ?? []) as readonly { code: string; reason: string }[];
  return new Map(codes.map(({ code, reason }) => [code.toLowerCase(), reason]));
}
