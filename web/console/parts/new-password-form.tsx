import { Alert, Button, PasswordInput } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { HoldfastError } from '../../shared/api.ts';
import { type Profile, useChangePassword } from '../../shared/session.ts';
import { readFieldErrors } from './field-errors.ts';
import { NewPasswordField } from './new-password-field.tsx';
import { Problem } from './problem.tsx';

interface NewPasswordFormProps {
  readonly profile: Profile;
  /** Whether the account is known to have a second factor, with which a shorter password is enough. */
  readonly hasFactor?: boolean;
}

/** Changes the password of somebody who works in the console. */
export function NewPasswordForm({ profile, hasFactor = false }: NewPasswordFormProps) {
  const change = useChangePassword();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    change.mutate(
      {
        currentPassword: String(fields.get('currentPassword')),
        newPassword: String(fields.get('newPassword')),
      },
      { onSuccess: () => form.reset() },
    );
  };
  const { error } = change;
  const isWrong = error instanceof HoldfastError && error.code === 'accounts.invalid_credentials';
  const errors = readFieldErrors(error, ['currentPassword', 'newPassword']);
  return (
    <form onSubmit={submit}>
      {/* For password managers, which store the new password under this name. */}
      <input hidden readOnly name="username" autoComplete="username" value={profile.email} />
      <PasswordInput
        label="Current password"
        name="currentPassword"
        autoComplete="current-password"
        required
        withAsterisk={false}
        size="md"
        mb="md"
        error={isWrong ? 'This is not the current password.' : errors.at('currentPassword')}
      />
      <NewPasswordField hasFactor={hasFactor} error={errors.at('newPassword')} />
      {!isWrong && <Problem error={error} fieldErrors={errors} mt="md" />}
      {change.isSuccess && (
        <Alert color="teal" variant="light" role="status" mt="md">
          Your password has been changed.
        </Alert>
      )}
      <Button type="submit" fullWidth size="md" mt="lg" loading={change.isPending}>
        Change the password
      </Button>
    </form>
  );
}
