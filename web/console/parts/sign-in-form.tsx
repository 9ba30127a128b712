import { Button, PasswordInput, TextInput } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { useSignIn } from '../../shared/session.ts';
import { Problem } from './problem.tsx';

/** For a dialog above others: Escape would also close those below, with everything typed into them. */
const keepsOthers = { 'data-mantine-stop-propagation': true };

export function SignInForm() {
  const signIn = useSignIn();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    signIn.mutate({
      email: String(fields.get('email')).trim(),
      password: String(fields.get('password')),
    });
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        required
        withAsterisk={false}
        size="md"
        {...keepsOthers}
      />
      <PasswordInput
        label="Password"
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        size="md"
        mt="md"
        {...keepsOthers}
      />
      <Problem error={signIn.error} mt="md" />
      <Button type="submit" fullWidth size="md" mt="lg" loading={signIn.isPending} {...keepsOthers}>
        Sign in
      </Button>
    </form>
  );
}
