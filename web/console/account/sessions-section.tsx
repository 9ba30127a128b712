import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEndSessions, useSessions } from '../../shared/session-list.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { SessionItems } from '../parts/session-items.tsx';
import { AccountSection } from './account-section.tsx';

/** Lists where the user is signed in, and signs them out elsewhere. */
export function SessionsSection() {
  const { data: sessions = [] } = useSessions('me');
  return (
    <AccountSection
      title="Where you are signed in"
      intro="End what you do not know, and then change your password."
    >
      <SessionItems owner="me" empty="Nowhere." />
      {sessions.some(({ current }) => !current) && <EndOthers />}
    </AccountSection>
  );
}

function EndOthers() {
  const [isOpen, { open, close }] = useDisclosure();
  const end = useEndSessions('me');
  return (
    <>
      <Button variant="default" onClick={open}>
        End all others
      </Button>
      <ConfirmDialog
        opened={isOpen}
        title="End all other sessions?"
        actionLabel="End all others"
        action={end}
        onConfirm={() => end.mutate(undefined, { onSuccess: close })}
        onClose={close}
      >
        <Text>You are signed out everywhere but here.</Text>
      </ConfirmDialog>
    </>
  );
}
