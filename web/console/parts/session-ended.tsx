import { Alert, Group, Modal, Text } from '@mantine/core';
import { sessionEnd, useSessionState } from '../../shared/session-end.ts';
import { SignInAgain } from './sign-in-again.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Above every other dialog. */
const OVER_ALL = 400;

/** Says that the session is over, and lets the person in again over the page that they are on, which keeps all it has. */
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
      <Modal
        opened={session === 'asking'}
        onClose={() => sessionEnd.set('ended')}
        // It would close the dialogs below it too.
        closeOnEscape={false}
        zIndex={OVER_ALL}
        title="Sign in again"
      >
        <SignInForm />
      </Modal>
    </>
  );
}
