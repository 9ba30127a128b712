import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, type ReplyOf, readBody } from '../shared/api.ts';
import type { CartLine } from './cart-line.ts';

export type Quote = ReplyOf<'quoteOrder'>;

/** Several quick taps cause one request. */
const SETTLED_AFTER_MS = 250;

/** Requests a quote for these lines, if there are any. */
export function useQuote(lines: readonly CartLine[]) {
  const wanted = JSON.stringify(lines.map(({ sku, quantity }) => ({ sku, quantity })));
  const settled = useSettled(wanted);
  const { data, error, isPlaceholderData } = useQuery<Quote>({
    queryKey: ['quote', settled],
    queryFn: ({ signal }) =>
      readBody(api.POST('/api/quotes', { body: { items: JSON.parse(settled) }, signal })),
    // Prices and stock change while a guest chooses, so each page that shows sums requests them again, also when the
    // guest returns to it.
    staleTime: 0,
    enabled: lines.length > 0 && settled !== '[]',
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
