import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, type ReplyOf, readBody } from '../shared/api.ts';
import type { CartLine } from './cart-line.ts';

export type Quote = ReplyOf<'quoteOrder'>;

/** Several quick touches are one question. */
const SETTLED_AFTER_MS = 250;

/** Asks the server what these lines cost; not while there are none. */
export function useQuote(lines: readonly CartLine[]) {
  const asked = JSON.stringify(lines.map(({ sku, quantity }) => ({ sku, quantity })));
  const settled = useSettled(asked);
  const { data, error, isPlaceholderData } = useQuery<Quote>({
    queryKey: ['quote', settled],
    queryFn: ({ signal }) =>
      readBody(api.POST('/api/quotes', { body: { items: JSON.parse(settled) }, signal })),
    // Prices and stock move while a guest chooses: each page that shows sums asks again, and so does the one they come back to.
    staleTime: 0,
    enabled: lines.length > 0 && settled !== '[]',
    placeholderData: keepPreviousData,
  });
  return {
    quote: data,
    /** The quote is for other lines, or could not be renewed. */
    isPending: isPlaceholderData || settled !== asked || error !== null,
    error,
  };
}

/** Returns the text once it has not changed for a moment; the first one at once. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
