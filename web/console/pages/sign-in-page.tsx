import { Alert, Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { useSessionState } from '../../shared/session-end.ts';
import { NarrowPage } from '../parts/narrow-page.tsx';
import { SignInForm } from '../parts/sign-in-form.tsx';

export function SignInPage() {
  const session = useSessionState();
  return (
    <NarrowPage title="Holdfast console">
      {session === 'ended' && (
        <Alert color="yellow" mb="md" role="status">
          Your session has ended. Sign in again to continue.
        </Alert>
      )}
      <SignInForm
        help={
          <Anchor component={Link} href="/forgot" className="sign-in-help">
            I forgot my password
          </Anchor>
        }
      />
    </NarrowPage>
  );
}
