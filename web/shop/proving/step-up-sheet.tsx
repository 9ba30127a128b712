import { useProveIdentity } from '../../shared/prove-identity.ts';
import { type ProofMethod, stepUp, useStepUp } from '../../shared/step-up.ts';
import { Sheet } from '../parts/sheet.tsx';
import { ProofForm } from './proof-form.tsx';

/** Asks for the proof that a change wants. The change waits for it, and is made when the proof is given. */
export function StepUpSheet() {
  const methods = useStepUp();
  return methods === null ? null : <Question methods={methods} />;
}

function Question({ methods }: { methods: readonly ProofMethod[] }) {
  const proving = useProveIdentity();
  return (
    <Sheet title="Confirm that it is you" onClose={() => stepUp.close(false)}>
      <div className="sheet-body">
        <p>This change needs a fresh proof, which then holds for ten minutes.</p>
        <ProofForm methods={methods} proving={proving} submitLabel="Confirm" />
      </div>
    </Sheet>
  );
}
