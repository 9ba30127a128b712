import { Anchor, Text, type TextProps } from '@mantine/core';
import { findPasskeyAddress } from '../../shared/passkeys.ts';

/** Leads to the address of this page at which passkeys can be used. Renders nothing if there is no other. */
export function PasskeysElsewhere(text: TextProps) {
  const address = findPasskeyAddress();
  if (address === null) return null;
  return (
    <Text {...text}>
      To use a passkey, open{' '}
      <Anchor href={address} inherit className="address">
        {address}
      </Anchor>
      .
    </Text>
  );
}
