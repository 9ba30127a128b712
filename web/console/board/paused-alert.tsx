import { Alert } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import { useNow } from '../../shared/use-now.ts';
import { isPaused, type Shop } from '../parts/use-shop.ts';
import { describePause } from '../shop/describe-pause.ts';
import { PauseAuthor } from '../shop/pause-author.tsx';

/** States that the shop is paused. Renders nothing while it takes orders. */
export function PausedAlert({ shop }: { readonly shop: Shop }) {
  const now = useNow(1_000);
  if (!isPaused(shop, now)) return null;
  return (
    <Alert
      color="orange"
      role="status"
      icon={<IconPlayerPause aria-hidden />}
      mb="sm"
      title={`Paused ${describePause(shop, now)}.`}
    >
      No new orders are taken. Those on the board go on. <PauseAuthor shop={shop} />
    </Alert>
  );
}
