import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useEffectEvent } from 'react';

type Close = () => void;

/** How each open dialog closes, the topmost last. */
const openDialogs: Close[] = [];

/** A modal dialog. Escape closes the topmost one, and leaves those below it open with what was typed into them. */
export function Dialog({ closeOnEscape = true, ...modal }: ModalProps) {
  const { opened, onClose } = modal;
  const close = useEffectEvent(() => {
    if (closeOnEscape) onClose();
  });
  useEffect(() => {
    if (!opened) return;
    const entry = () => close();
    openDialogs.push(entry);
    return () => {
      openDialogs.splice(openDialogs.indexOf(entry), 1);
    };
  }, [opened]);
  return <Modal {...modal} closeOnEscape={false} />;
}

/** One for all dialogs: Mantine has one for each, and all of them would close. */
function closeTopmost(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.isComposing) return;
  // An open list or menu in the dialog, which closes instead.
  const target = event.target as Element | null;
  if (target?.getAttribute?.('data-mantine-stop-propagation') === 'true') return;
  openDialogs.at(-1)?.();
}

addEventListener('keydown', closeTopmost, { capture: true });
