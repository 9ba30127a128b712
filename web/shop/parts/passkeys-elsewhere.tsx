import { findPasskeyAddress } from '../../shared/passkeys.ts';

/** Leads to the address of this page at which passkeys can be used. Renders nothing if there is no other. */
export function PasskeysElsewhere() {
  const address = findPasskeyAddress();
  if (address === null) return null;
  return (
    <p className="quiet">
      To use a passkey, open{' '}
      <a href={address} className="text-link address">
        {address}
      </a>
      .
    </p>
  );
}
