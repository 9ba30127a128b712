import { Button, Text } from '@mantine/core';
import { Link } from 'wouter';
import { apiWithoutRetries } from '../../shared/api.ts';
import { LinkPage } from '../parts/link-page.tsx';

/** Gives a member of staff their former address back, if somebody else has changed it. */
export default function EmailUndoPage() {
  return (
    <LinkPage
      title="Undo the change of your address"
      text="Your account keeps the address to which we have sent the mail, or gets it back. All devices are signed out."
      submitLabel="Undo the change"
      use={(token) => apiWithoutRetries.POST('/api/auth/email/undo', { body: { token } })}
      doneTitle="The change has been undone"
      done={
        <>
          <Text mb="md">
            All devices are signed out. If it was not you who changed the address, somebody knows
            your password: choose a new one.
          </Text>
          <Button component={Link} href="/forgot" fullWidth size="md">
            Choose a new password
          </Button>
        </>
      }
    />
  );
}
