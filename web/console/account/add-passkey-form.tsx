import { Button, Stack, Text, TextInput } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { describeBrowser } from '../../shared/browser-name.ts';
import { useAddPasskey } from '../../shared/factors.ts';
import { readFieldErrors } from '../parts/field-errors.ts';
import { Problem } from '../parts/problem.tsx';

/** Names a passkey, which the browser then creates. */
export function AddPasskeyForm({ onDone }: { onDone: () => void }) {
  const add = useAddPasskey();
  const errors = readFieldErrors(add.error, ['name']);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name')).trim();
    add.mutate({ name }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>
          A passkey stays on your device, in your password manager or on a security key. Your device
          asks for your fingerprint, your face or its PIN.
        </Text>
        <TextInput
          label="Name"
          description="Where it is kept, so that you recognize it here."
          name="name"
          defaultValue={describeBrowser(navigator.userAgent)}
          required
          withAsterisk={false}
          maxLength={200}
          data-autofocus
          error={errors.at('name')}
        />
        <Problem error={add.error} fieldErrors={errors} />
        <Button type="submit" loading={add.isPending}>
          Create the passkey
        </Button>
      </Stack>
    </form>
  );
}
