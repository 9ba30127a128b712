import { PasswordInput } from '@mantine/core';

const LENGTH_MIN = 15;
const LENGTH_MIN_WITH_FACTOR = 12;
const LENGTH_MAX = 256;

interface NewPasswordFieldProps {
  /** Whether the account has a second factor, with which a shorter password is enough; undefined: unknown. */
  readonly hasFactor?: boolean;
  readonly error: string | null;
}

/** Asks staff for a new password. The server decides whether it is good enough. */
export function NewPasswordField({ hasFactor, error }: NewPasswordFieldProps) {
  const length = hasFactor === true ? LENGTH_MIN_WITH_FACTOR : LENGTH_MIN;
  const exception =
    hasFactor === undefined ? `, or ${LENGTH_MIN_WITH_FACTOR} with a second factor` : '';
  return (
    <PasswordInput
      label="New password"
      description={`At least ${length} characters${exception}, ideally several words. You are signed out everywhere else.`}
      name="newPassword"
      autoComplete="new-password"
      required
      withAsterisk={false}
      minLength={hasFactor === false ? LENGTH_MIN : LENGTH_MIN_WITH_FACTOR}
      maxLength={LENGTH_MAX}
      size="md"
      error={error}
    />
  );
}
