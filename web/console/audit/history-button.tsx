import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { Dialog } from '../parts/dialog.tsx';
import { History } from './audit-list.tsx';

/** A button in the row of a table that shows the changes of one thing in a dialog, which has room where the row has none. */
export function HistoryButton({ subject, name }: { subject: string; name: string }) {
  const [isOpen, { open, close }] = useDisclosure();
  const title = `History of ${isolateDirection(name)}`;
  return (
    <>
      <Button variant="default" size="compact-sm" aria-label={title} onClick={open}>
        History
      </Button>
      <Dialog opened={isOpen} onClose={close} title={title} size="56rem">
        {isOpen && <History subject={subject} name={name} />}
      </Dialog>
    </>
  );
}
