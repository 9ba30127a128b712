import { Button } from '@mantine/core';
import { sessionEnd } from '../../shared/session-end.ts';

/** Opens the dialog of the frame, over whatever is open. */
export function SignInAgain() {
  return (
    <Button variant="default" size="compact-sm" mt={4} onClick={() => sessionEnd.set('asking')}>
      Sign in again
    </Button>
  );
}
