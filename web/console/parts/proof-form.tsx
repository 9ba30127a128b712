import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type SubmitEvent, useEffect, useRef } from 'react';
import {
  otherWays,
  type Proving,
  submitProof,
  type TypedMethod,
  useFocusAfterRefusal,
  useProofChoice,
} from '../../shared/proof-choice.ts';
import type { ProofMethod } from '../../shared/step-up.ts';
import { CodeInput } from './code-input.tsx';
import { PasskeysElsewhere } from './passkeys-elsewhere.tsx';
import { Problem } from './problem.tsx';

interface ProofFormProps {
  /** What the server accepts. */
  readonly methods: readonly ProofMethod[];
  readonly submitLabel: string;
  readonly proving: Proving;
}

/** Asks for a passkey, a code or the password, one at a time. */
export function ProofForm({ methods, submitLabel, proving }: ProofFormProps) {
  const { method, others, choose } = useProofChoice(methods);
  const form = useFocusAfterRefusal(proving.error);
  if (method === null) {
    return (
      <>
        <Text>This browser cannot use the passkey of your account here. Try another device.</Text>
        <PasskeysElsewhere />
      </>
    );
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    submitProof(proving, method, event.currentTarget);
  };
  return (
    <form ref={form} onSubmit={submit}>
      {method === 'passkey' ? (
        <Text>Your device will ask for your fingerprint, your face or its PIN.</Text>
      ) : (
        <TypedProof key={method} method={method} />
      )}
      <Problem error={proving.error} mt="md" />
      <Button
        type="submit"
        fullWidth
        size="md"
        mt="lg"
        loading={proving.isPending}
        data-autofocus={method === 'passkey' || undefined}
      >
        {method === 'passkey' ? 'Use the passkey' : submitLabel}
      </Button>
      <Stack gap={4} mt="sm" align="center">
        {others.map((other) => (
          <Button
            key={other}
            variant="subtle"
            size="compact-md"
            onClick={() => {
              proving.reset();
              choose(other);
            }}
          >
            {otherWays[other]}
          </Button>
        ))}
      </Stack>
    </form>
  );
}

function TypedProof({ method }: { method: TypedMethod }) {
  const input = useRef<HTMLInputElement>(null);
  // The one thing to do here. It follows what the user did, and its label says where the focus is.
  useEffect(() => input.current?.focus(), []);
  const field = {
    ref: input,
    name: 'proof',
    required: true,
    withAsterisk: false,
    size: 'md',
    // For dialogs, which would focus their button to close.
    'data-autofocus': true,
  } as const;
  switch (method) {
    case 'password':
      return <PasswordInput label="Password" autoComplete="current-password" {...field} />;
    case 'totp':
      return (
        <CodeInput
          label="Code from the authenticator app"
          description="Six digits. The next code comes within 30 seconds."
          {...field}
        />
      );
    case 'recoveryCode':
      return (
        <TextInput
          label="Recovery code"
          description="One of those that you have stored. Each works once."
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={100}
          dir="ltr"
          {...field}
        />
      );
  }
}
