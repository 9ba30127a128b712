import { Anchor, Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { Link } from 'wouter';
import { apiWithoutRetries } from '../../shared/api.ts';
import { useLinkToken } from '../../shared/link-token.ts';
import { readFieldErrors } from '../parts/field-errors.ts';
import { NarrowPage } from '../parts/narrow-page.tsx';
import { NewPasswordField } from '../parts/new-password-field.tsx';
import { Problem } from '../parts/problem.tsx';

/** The page of the link in a mail, with which staff choose a new password. */
export default function ResetPage() {
  const token = useLinkToken();
  if (token === null) {
    return (
      <NarrowPage title="This link is not complete">
        <Text mb="md">Open it from the mail once more, or let us send another one.</Text>
        <Anchor component={Link} href="/forgot">
          Send another link
        </Anchor>
      </NarrowPage>
    );
  }
  return <ResetForm key={token} token={token} />;
}

function ResetForm({ token }: { token: string }) {
  const reset = useMutation({
    mutationFn: (newPassword: string) =>
      apiWithoutRetries.POST('/api/auth/password/reset', { body: { token, newPassword } }),
  });
  if (reset.isSuccess) {
    return (
      <NarrowPage title="Your password has been changed">
        <Button component={Link} href="/" fullWidth size="md">
          Sign in
        </Button>
      </NarrowPage>
    );
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    reset.mutate(String(new FormData(event.currentTarget).get('newPassword')));
  };
  const errors = readFieldErrors(reset.error, ['newPassword']);
  return (
    <NarrowPage title="Choose a new password">
      <form onSubmit={submit}>
        <NewPasswordField error={errors.at('newPassword')} />
        <Problem error={reset.error} fieldErrors={errors} mt="md" />
        <Button type="submit" fullWidth size="md" mt="lg" loading={reset.isPending}>
          Change the password
        </Button>
      </form>
      <Anchor component={Link} href="/forgot" className="sign-in-help">
        Send another link
      </Anchor>
    </NarrowPage>
  );
}
