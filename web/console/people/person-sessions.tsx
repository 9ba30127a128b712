import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEndSessions, useSessions } from '../../shared/session-list.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { SessionItems } from '../parts/session-items.tsx';

interface PersonSessionsProps {
  readonly userId: string;
  readonly who: string;
}

/** Lists where another user is signed in, and ends one session or all. */
export function PersonSessions({ userId, who }: PersonSessionsProps) {
  const owner = { userId };
  const { data: sessions = [] } = useSessions(owner);
  const [isOpen, { open, close }] = useDisclosure();
  const end = useEndSessions(owner);
  return (
    <>
      <SessionItems owner={owner} empty="They are signed in nowhere." />
      {sessions.length > 0 && (
        <Button variant="default" onClick={open}>
          End all
        </Button>
      )}
      <ConfirmDialog
        opened={isOpen}
        title={`End all sessions of ${who}?`}
        actionLabel="End all"
        action={end}
        onConfirm={() => end.mutate(undefined, { onSuccess: close })}
        onClose={close}
      >
        <Text>They are signed out everywhere, and can sign in again.</Text>
      </ConfirmDialog>
    </>
  );
}
