import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, type ReplyOf, readBody } from '../../shared/api.ts';
import { buildQuoteBody, findMissingForQuote, type OrderDraft } from './draft.ts';

export type Quote = ReplyOf<'quoteOrder'>;

/** Several quick changes cause one request. */
const SETTLED_AFTER_MS = 250;
/** Prices, stock, hours and slots change while the order is taken. */
const RENEWED_EVERY_MS = 20_000;

/** Returns what the order would cost now, and why it would be refused. */
export function useQuote(draft: OrderDraft) {
  const isComplete = findMissingForQuote(draft) === null;
  const wanted = isComplete ? JSON.stringify(buildQuoteBody(draft)) : '';
  const [settled] = useDebouncedValue(wanted, SETTLED_AFTER_MS);
  const { data, error, isPlaceholderData, refetch } = useQuery<Quote>({
    queryKey: ['quote', settled],
    queryFn: ({ signal }) =>
      readBody(api.POST('/api/quotes', { body: JSON.parse(settled), signal })),
    enabled: settled !== '',
    staleTime: 0,
    refetchInterval: RENEWED_EVERY_MS,
    placeholderData: keepPreviousData,
  });
  return {
    /** Undefined while the order is not complete enough. */
    quote: isComplete ? data : undefined,
    error: isComplete ? error : null,
    /** The quote is not of the order as it is now. */
    isPending: isComplete && (data === undefined || isPlaceholderData || settled !== wanted),
    refetch,
  };
}
