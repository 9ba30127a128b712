import { TextInput, type TextInputProps } from '@mantine/core';

/** Six digits with the blanks and hyphens that people type or paste between them. */
const PATTERN = '[\\s\\-]*(\\d[\\s\\-]*){6}';

/** A field for the code of an authenticator app. `readTypedCode` reads it. */
export function CodeInput(props: TextInputProps) {
  return (
    <TextInput
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern={PATTERN}
      title="Six digits"
      maxLength={20}
      dir="ltr"
      {...props}
    />
  );
}
