import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDeviceMobile, IconFingerprint } from '@tabler/icons-react';
import { hasPasskeys } from '../../shared/passkeys.ts';
import { Dialog } from '../parts/dialog.tsx';
import { PasskeysElsewhere } from '../parts/passkeys-elsewhere.tsx';
import { AddPasskeyForm } from './add-passkey-form.tsx';
import { AddTotpForm } from './add-totp-form.tsx';

/** Buttons that add a passkey or an authenticator app, each in a dialog. */
export function AddFactor() {
  const [isPasskey, passkey] = useDisclosure();
  const [isTotp, totp] = useDisclosure();
  return (
    <>
      <Group gap="sm">
        <Button
          leftSection={<IconFingerprint size={18} aria-hidden />}
          disabled={!hasPasskeys}
          onClick={passkey.open}
        >
          Add a passkey
        </Button>
        <Button
          variant="default"
          leftSection={<IconDeviceMobile size={18} aria-hidden />}
          onClick={totp.open}
        >
          Add an authenticator app
        </Button>
      </Group>
      {!hasPasskeys && (
        <>
          <Text size="sm" c="dimmed" mt="xs">
            This browser offers no passkeys here. They need a page opened by name over HTTPS.
          </Text>
          <PasskeysElsewhere size="sm" c="dimmed" />
        </>
      )}
      <Dialog opened={isPasskey} onClose={passkey.close} title="Add a passkey">
        <AddPasskeyForm onDone={passkey.close} />
      </Dialog>
      <Dialog opened={isTotp} onClose={totp.close} title="Add an authenticator app">
        <AddTotpForm onDone={totp.close} />
      </Dialog>
    </>
  );
}
