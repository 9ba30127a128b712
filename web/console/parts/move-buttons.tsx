import { ActionIcon } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

interface MoveButtonsProps {
  /** The name of what is moved. */
  readonly label: string;
  /** Counted from 0. */
  readonly place: number;
  readonly count: number;
  readonly onMove: (to: number) => void;
}

const button = { variant: 'default', size: 'lg' } as const;

/** Moves an item of a list up or down. The focus stays on its buttons, so that a key can be pressed repeatedly. */
export function MoveButtons({ label, place, count, onMove }: MoveButtonsProps) {
  const up = useRef<HTMLButtonElement>(null);
  const down = useRef<HTMLButtonElement>(null);
  const pressed = useRef<typeof up | null>(null);
  // A moved element loses the focus, and so does a button that becomes disabled at the end of the list.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of the place
  useEffect(() => {
    const wanted = pressed.current?.current;
    if (wanted === undefined || wanted === null) return;
    pressed.current = null;
    const other = wanted === up.current ? down.current : up.current;
    (wanted.disabled ? other : wanted)?.focus();
  }, [place]);
  const move = (from: typeof up, to: number) => {
    pressed.current = from;
    onMove(to);
  };
  return (
    <>
      <ActionIcon
        {...button}
        ref={up}
        disabled={place === 0}
        onClick={() => move(up, place - 1)}
        aria-label={`Move ${label} up`}
      >
        <IconArrowUp size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon
        {...button}
        ref={down}
        disabled={place === count - 1}
        onClick={() => move(down, place + 1)}
        aria-label={`Move ${label} down`}
      >
        <IconArrowDown size={18} aria-hidden />
      </ActionIcon>
    </>
  );
}
