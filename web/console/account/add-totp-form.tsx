import { Button, Code, Stack, Text, TextInput } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { useConfirmTotp, useStartTotp } from '../../shared/factors.ts';
import { QrCode } from '../../shared/qr-code.tsx';
import { formatSecret, readTypedCode } from '../../shared/typed-code.ts';
import { CodeInput } from '../parts/code-input.tsx';
import { readFieldErrors } from '../parts/field-errors.ts';
import { Problem } from '../parts/problem.tsx';

/** Names an authenticator app, shows its secret, and lets a code confirm that the app has it. */
export function AddTotpForm({ onDone }: { onDone: () => void }) {
  const start = useStartTotp();
  const errors = readFieldErrors(start.error, ['name']);
  if (start.data !== undefined) return <ConfirmTotp totp={start.data} onDone={onDone} />;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    start.mutate({ name: String(new FormData(event.currentTarget).get('name')).trim() });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>
          An app on your phone shows a code of six digits, which changes every 30 seconds.
        </Text>
        <TextInput
          label="Name"
          description="Such as the name of the phone, so that you recognize it here."
          name="name"
          defaultValue="Authenticator app"
          required
          withAsterisk={false}
          maxLength={200}
          data-autofocus
          error={errors.at('name')}
        />
        <Problem error={start.error} fieldErrors={errors} />
        <Button type="submit" loading={start.isPending}>
          Continue
        </Button>
      </Stack>
    </form>
  );
}

interface ConfirmTotpProps {
  readonly totp: { readonly id: string; readonly uri: string; readonly secret: string };
  readonly onDone: () => void;
}

function ConfirmTotp({ totp, onDone }: ConfirmTotpProps) {
  const confirm = useConfirmTotp();
  const errors = readFieldErrors(confirm.error, ['code']);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = readTypedCode(String(new FormData(event.currentTarget).get('code')));
    confirm.mutate({ id: totp.id, code }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>Scan this code with the app:</Text>
        <QrCode text={totp.uri} label="QR code with the secret for the app" />
        <Text>
          Or type this secret into the app:
          <Code block mt={4} dir="ltr">
            {formatSecret(totp.secret)}
          </Code>
        </Text>
        <CodeInput
          label="Code that the app shows"
          name="code"
          required
          withAsterisk={false}
          error={errors.at('code')}
        />
        <Problem error={confirm.error} fieldErrors={errors} />
        <Button type="submit" loading={confirm.isPending}>
          Confirm
        </Button>
      </Stack>
    </form>
  );
}
