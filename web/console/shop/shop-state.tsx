import { Card, Group, Text } from '@mantine/core';
import { useNow } from '../../shared/use-now.ts';
import { formatMoment } from '../parts/shop-clock.ts';
import { isPaused, type Shop } from '../parts/use-shop.ts';
import { describePause } from './describe-pause.ts';
import { PauseAuthor } from './pause-author.tsx';
import { PauseButton } from './pause-button.tsx';

/** States whether the shop takes orders now, with the button that pauses it. */
export function ShopState({ shop }: { readonly shop: Shop }) {
  const now = useNow(1_000);
  const isOn = isPaused(shop, now);
  return (
    <Card
      withBorder
      component="section"
      aria-label="Now"
      className="shop-state"
      data-paused={isOn || undefined}
    >
      <Group justify="space-between">
        <Text fw={600} size="lg" role="status">
          {describe(shop, isOn, now)}
        </Text>
        <Group gap="xs">
          <PauseButton shop={shop} />
        </Group>
      </Group>
      {isOn && (
        <Text size="sm" c="dimmed">
          <PauseAuthor shop={shop} />
        </Text>
      )}
    </Card>
  );
}

function describe(shop: Shop, isOn: boolean, now: number): string {
  if (isOn) return `Paused ${describePause(shop, now)}. No orders are taken.`;
  if (shop.open) return 'Open. Orders are taken.';
  if (shop.opensAt === null) return 'Closed, and no opening is planned.';
  return `Closed until ${formatMoment(shop.opensAt, shop.timeZone, now)}.`;
}
