import { Button, Menu } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useNow } from '../../shared/use-now.ts';
import type { Shop } from '../parts/use-shop.ts';
import { isPaused } from '../parts/use-shop.ts';
import { usePause } from './use-pause.ts';

const choices = [
  { minutes: 15, label: 'For 15 minutes' },
  { minutes: 30, label: 'For 30 minutes' },
  { minutes: 60, label: 'For 1 hour' },
  { minutes: null, label: 'Until I take orders again' },
] as const;

/** Pauses the shop, changes how long a pause lasts, and ends it. */
export function PauseButton({ shop }: { readonly shop: Shop }) {
  const pause = usePause();
  const isOn = isPaused(shop, useNow(1_000));
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            loading={pause.isPending}
            leftSection={<IconPlayerPause size={18} aria-hidden />}
          >
            {isOn ? 'Change the pause' : 'Pause orders'}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {choices.map(({ minutes, label }) => (
            <Menu.Item key={label} onClick={() => pause.mutate({ minutes })}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {isOn && (
        <Button
          loading={pause.isPending}
          leftSection={<IconPlayerPlay size={18} aria-hidden />}
          onClick={() => pause.mutate('resume')}
        >
          Take orders again
        </Button>
      )}
    </>
  );
}
