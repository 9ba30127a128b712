import { useQuery } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';
import { useProfileQuery } from '../../shared/session.ts';
import { useNow } from '../../shared/use-now.ts';
import { auditKey } from '../audit/audit-key.ts';
import { formatActor } from '../parts/actor.ts';
import { formatMoment } from '../parts/shop-clock.ts';
import type { Shop } from '../parts/use-shop.ts';

/** States who paused the shop, and when. Only admins may read it: for others it renders nothing. */
export function PauseAuthor({ shop }: { readonly shop: Shop }) {
  const now = useNow(30_000);
  const { data: profile } = useProfileQuery();
  const { data: pause } = useQuery({
    queryKey: [...auditKey, 'pause', shop.version],
    queryFn: findPause,
    enabled: profile?.role === 'admin',
  });
  if (pause === undefined || pause === null) return null;
  const { at } = pause;
  return (
    <>
      Paused by <bdi>{formatActor(pause)}</bdi> at{' '}
      <time dateTime={at}>{formatMoment(at, shop.timeZone, now)}</time>.
    </>
  );
}

/** Finds the change that paused the shop. Other changes since then are few. */
async function findPause() {
  const { data } = await readBody(
    api.GET('/api/operations/audit', { params: { query: { type: 'shop.changed', limit: 100 } } }),
  );
  return data.find(({ after }) => after?.acceptingOrders === false) ?? null;
}
