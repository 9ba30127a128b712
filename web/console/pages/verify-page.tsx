import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { apiWithoutRetries } from '../../shared/api.ts';
import { LinkPage } from '../parts/link-page.tsx';

/** Confirms the new address of a member of staff. */
export default function VerifyPage() {
  return (
    <LinkPage
      title="Confirm your e-mail address"
      text="Is this your address, and have you asked for this? Then confirm it."
      submitLabel="Confirm the address"
      use={(token) => apiWithoutRetries.POST('/api/auth/verify-email', { body: { token } })}
      doneTitle="Your e-mail address is confirmed"
      done={
        <Button component={Link} href="/account" fullWidth size="md">
          Your account
        </Button>
      }
    />
  );
}
