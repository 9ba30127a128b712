import { Anchor, Button, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { Link } from 'wouter';
import { apiWithoutRetries } from '../../shared/api.ts';
import { NarrowPage } from '../parts/narrow-page.tsx';
import { Problem } from '../parts/problem.tsx';

/** Sends a link for a new password. The reply is the same whether there is such an account. */
export default function ForgotPage() {
  const ask = useMutation({
    mutationFn: (email: string) =>
      apiWithoutRetries.POST('/api/auth/password/forgot', { body: { email } }),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    ask.mutate(String(new FormData(event.currentTarget).get('email')).trim());
  };
  return (
    <NarrowPage title={ask.isSuccess ? 'Check your mail' : 'Forgotten password'}>
      {ask.isSuccess ? (
        <Text role="status">
          If there is an account with that address, we have sent a link to it. It works once, for 30
          minutes.
        </Text>
      ) : (
        <form onSubmit={submit}>
          <Text mb="md">
            We send a link to your address, with which you choose a new password. A second factor
            stays as it is: you are asked for it afterwards.
          </Text>
          <TextInput
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            maxLength={254}
            size="md"
          />
          <Problem error={ask.error} mt="md" />
          <Button type="submit" fullWidth size="md" mt="lg" loading={ask.isPending}>
            Send the link
          </Button>
        </form>
      )}
      <Anchor component={Link} href="/" className="sign-in-help">
        Sign in
      </Anchor>
    </NarrowPage>
  );
}
