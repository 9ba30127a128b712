import { useQuery } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';

/** Returns the shop's currency, in which the server reports its activity. Undefined until it is known, and if not needed. */
export function useCurrency({ isNeeded = true } = {}) {
  const { data, error } = useQuery({
    queryKey: ['activity'],
    queryFn: () => readBody(api.GET('/api/operations/activity')),
    enabled: isNeeded,
  });
  return { currency: data?.hours[0]?.total.currency, error };
}
