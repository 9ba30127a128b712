import { Button, Text } from '@mantine/core';
import { useProveIdentity } from '../../shared/prove-identity.ts';
import { stepUp, useStepUp } from '../../shared/step-up.ts';
import { Dialog } from './dialog.tsx';
import { ProofForm } from './proof-form.tsx';

/** Above the dialog of the action, and below that in which the user signs in again. */
const OVER_FORMS = 350;

/** Asks for a proof of who the user is when an action wants one. The action then continues where it was. */
export function StepUpDialog() {
  const methods = useStepUp();
  const proving = useProveIdentity();
  const decline = () => {
    proving.reset();
    stepUp.close(false);
  };
  return (
    <Dialog
      opened={methods !== null}
      onClose={decline}
      closeOnClickOutside={false}
      zIndex={OVER_FORMS}
      title="Confirm that it is you"
    >
      <Text mb="md">
        This action needs a fresh confirmation. You will not be asked again for ten minutes.
      </Text>
      {methods !== null && <ProofForm methods={methods} submitLabel="Confirm" proving={proving} />}
      <Button variant="default" fullWidth size="md" mt="md" onClick={decline}>
        Cancel
      </Button>
    </Dialog>
  );
}
