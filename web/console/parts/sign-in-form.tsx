import { Button, Divider, PasswordInput, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { hasPasskeys } from '../../shared/passkeys.ts';
import { usePasskeySignIn, useSignIn } from '../../shared/session.ts';
import { ChallengeForm } from './challenge-form.tsx';
import { PasskeysElsewhere } from './passkeys-elsewhere.tsx';
import { Problem } from './problem.tsx';

interface SignInFormProps {
  /** For those who cannot sign in. */
  readonly help?: ReactNode;
}

/** Asks for the password and, if the account has a second factor, for that; or for a passkey alone. */
export function SignInForm({ help }: SignInFormProps) {
  const signIn = useSignIn();
  const [email, setEmail] = useState('');
  const { data: reply } = signIn;
  if (reply !== undefined && 'challenge' in reply) {
    return <ChallengeForm challenge={reply.challenge} onStartAgain={signIn.reset} />;
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password'));
    signIn.mutate({ email: email.trim(), password });
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
        value={email}
        onChange={({ currentTarget }) => setEmail(currentTarget.value)}
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
      {hasPasskeys ? (
        <PasskeySignIn onStart={signIn.reset} />
      ) : (
        <PasskeysElsewhere size="sm" c="dimmed" mt="md" />
      )}
      {help}
    </form>
  );
}

function PasskeySignIn({ onStart }: { onStart: () => void }) {
  const signIn = usePasskeySignIn();
  return (
    <>
      <Divider label="or" my="md" />
      <Button
        variant="default"
        fullWidth
        size="md"
        leftSection={<IconFingerprint size={20} aria-hidden />}
        loading={signIn.isPending}
        onClick={() => {
          onStart();
          signIn.mutate();
        }}
      >
        Sign in with a passkey
      </Button>
      <Problem error={signIn.error} mt="md" />
    </>
  );
}
