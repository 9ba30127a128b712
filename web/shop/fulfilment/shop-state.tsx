import './fulfilment.css';
import { toShopDate } from '../../shared/shop-clock.ts';
import { useNow } from '../../shared/use-now.ts';
import type { ShopSettings } from '../times/openings.ts';
import { describeClosed, describePause } from '../times/time-trouble.ts';

const NOW_MS = 30_000;

/** States that the shop is closed or takes no orders, and until when. Renders nothing while it is open. */
export function ShopState({ shop }: { shop: ShopSettings }) {
  const now = new Date(useNow(NOW_MS));
  if (!shop.acceptingOrders) {
    return (
      <div className="shop-state" role="status">
        <p>
          <strong>{describePause(shop, now)}</strong>
        </p>
      </div>
    );
  }
  if (shop.open) return null;
  const today = toShopDate(now, shop.timeZone);
  const reason = shop.closedDates.find(({ date }) => date === today)?.reason ?? null;
  return (
    <div className="shop-state" role="status">
      <p>
        <strong>{describeClosed(shop.opensAt, shop, now)}</strong>
        {reason !== null && (
          <>
            {' '}
            <bdi>{reason}</bdi>
          </>
        )}
      </p>
      {shop.opensAt !== null && <p>You can order ahead for a time that suits you.</p>}
    </div>
  );
}
