import { Alert, Group, Text } from '@mantine/core';
import { sessionEnd, useSessionState } from '../../shared/session-end.ts';
import { Dialog } from './dialog.tsx';
import { SignInAgain } from './sign-in-again.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Above every other dialog. */
const OVER_ALL = 400;

/** Reports that the session has ended, and offers a sign-in dialog above the current page, which keeps its state. */
export function SessionEnded() {
  const session = useSessionState();
  return (
    <>
      {session !== 'fine' && (
        <Alert color="yellow" mb="md" role="status">
          <Group justify="space-between">
            <Text fw={600}>Your session has ended. What you typed is still here.</Text>
            <SignInAgain />
          </Group>
        </Alert>
      )}
      <Dialog
        opened={session === 'asking'}
        onClose={() => sessionEnd.set('ended')}
        zIndex={OVER_ALL}
        title="Sign in again"
      >
        <SignInForm />
      </Dialog>
    </>
  );
}
