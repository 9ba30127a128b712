import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';

interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly title: string;
  /** What will happen. */
  readonly children: ReactNode;
  readonly actionLabel: string;
  /** The mutation that does it. */
  readonly action: { readonly error: unknown; readonly isPending: boolean };
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that cannot be undone, and shows why it was refused. */
export function ConfirmDialog({
  opened,
  title,
  children,
  actionLabel,
  action,
  ...on
}: ConfirmDialogProps) {
  return (
    <Dialog opened={opened} onClose={on.onClose} title={title}>
      <Stack>
        {children}
        <Problem error={action.error} />
        <Group justify="end">
          <Button variant="default" onClick={on.onClose}>
            Cancel
          </Button>
          <Button color="red" loading={action.isPending} onClick={on.onConfirm}>
            {actionLabel}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
