import { Button } from '@mantine/core';
import { sessionEnd } from '../../shared/session-end.ts';

/** Opens the frame's sign-in dialog above everything else. */
export function SignInAgain() {
  return (
    <Button variant="default" size="compact-sm" mt={4} onClick={() => sessionEnd.set('asking')}>
      Sign in again
    </Button>
  );
}
