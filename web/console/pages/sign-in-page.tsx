import { Button, Container, Paper, PasswordInput, TextInput, Title } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { useSignIn } from '../../shared/session.ts';
import { Problem } from '../parts/problem.tsx';

export function SignInPage() {
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
    <Container component="main" size={420} py={60}>
      <Title order={1} ta="center" mb="lg">
        Holdfast console
      </Title>
      <Paper withBorder p="lg" component="form" onSubmit={submit}>
        <TextInput
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          size="md"
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          mt="md"
        />
        <Problem error={signIn.error} mt="md" />
        <Button type="submit" fullWidth size="md" mt="lg" loading={signIn.isPending}>
          Sign in
        </Button>
      </Paper>
    </Container>
  );
}
