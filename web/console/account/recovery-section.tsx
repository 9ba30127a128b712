import { Alert, Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { FEW_RECOVERY_CODES, useCreateRecoveryCodes, useFactors } from '../../shared/factors.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { AccountSection } from './account-section.tsx';

/** Shows how many recovery codes are left, and creates new ones. Renders nothing without a second factor. */
export function RecoverySection() {
  const { data: factors } = useFactors();
  const [isOpen, { open, close }] = useDisclosure();
  const create = useCreateRecoveryCodes();
  if (factors === undefined || factors.data.length === 0) return null;
  const left = factors.recoveryCodesLeft;
  const quit = () => {
    create.reset();
    close();
  };
  return (
    <AccountSection
      title="Recovery codes"
      intro="Each signs you in once in place of the second factor, such as when your phone is lost."
    >
      {left <= FEW_RECOVERY_CODES ? (
        <Alert
          color="yellow"
          role="status"
          icon={<IconAlertTriangle aria-hidden />}
          title={left === 0 ? 'No codes are left' : `Only ${countCodes(left)} left`}
          mb="md"
        >
          Create new ones while you can still sign in.
        </Alert>
      ) : (
        <Text mb="md">{countCodes(left)} left.</Text>
      )}
      <Button variant="default" onClick={open}>
        Create new codes
      </Button>
      <ConfirmDialog
        opened={isOpen}
        title="Create new recovery codes?"
        actionLabel="Create new codes"
        action={create}
        onConfirm={() => create.mutate(undefined, { onSuccess: close })}
        onClose={quit}
      >
        <Text>The codes that you have stored stop working.</Text>
      </ConfirmDialog>
    </AccountSection>
  );
}

function countCodes(count: number): string {
  return count === 1 ? '1 code' : `${count} codes`;
}
