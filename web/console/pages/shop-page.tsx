import { Button, Center, Group, Loader, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useLiveEvents } from '../../shared/live.ts';
import { refreshQueries } from '../../shared/queries.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { Problem } from '../parts/problem.tsx';
import { shopKey, useShop } from '../parts/use-shop.ts';
import { ClosedDaysSection } from '../shop/closed-days-section.tsx';
import { HoursSection } from '../shop/hours-section.tsx';
import { OfferSection } from '../shop/offer-section.tsx';
import { ShopState } from '../shop/shop-state.tsx';
import { SlotsOfDay } from '../shop/slots-of-day.tsx';
import { TimesSection } from '../shop/times-section.tsx';

/** Sets when the shop is open, what it offers, and how many orders it takes. */
export default function ShopPage() {
  const queries = useQueryClient();
  const refresh = () => refreshQueries(queries, shopKey);
  useLiveEvents(
    '/api/stream',
    ({ type }) => {
      if (type === 'shop.changed') refresh();
    },
    refresh,
  );
  const { data: shop, error } = useShop();
  return (
    <>
      <Group justify="space-between" mb="md" maw="60rem">
        <PageTitle>Shop</PageTitle>
        <Button variant="default" component={Link} href="/audit?subject=shop">
          History
        </Button>
      </Group>
      <Problem error={error} mb="md" />
      {shop === undefined && error === null && (
        <Center py="xl">
          <Loader role="status" aria-label="Loading" />
        </Center>
      )}
      {shop !== undefined && (
        <Stack gap="md" maw="60rem">
          <ShopState shop={shop} />
          <HoursSection shop={shop} />
          <ClosedDaysSection shop={shop} />
          <TimesSection shop={shop} />
          {shop.slotMinutes > 0 && <SlotsOfDay shop={shop} />}
          <OfferSection shop={shop} />
        </Stack>
      )}
    </>
  );
}
