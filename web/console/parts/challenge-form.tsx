import { Button } from '@mantine/core';
import { type Challenge, useChallenge } from '../../shared/session.ts';
import { Problem } from './problem.tsx';
import { ProofForm } from './proof-form.tsx';

interface ChallengeFormProps {
  readonly challenge: Challenge;
  /** Returns to the password. */
  readonly onStartAgain: () => void;
}

/** The second step of a sign-in. */
export function ChallengeForm({ challenge, onStartAgain }: ChallengeFormProps) {
  const proving = useChallenge(challenge);
  return (
    <>
      {proving.isOver ? (
        <Problem error={proving.error} />
      ) : (
        <ProofForm methods={challenge.methods} submitLabel="Sign in" proving={proving} />
      )}
      <Button variant="default" fullWidth size="md" mt="md" onClick={onStartAgain}>
        Start again
      </Button>
    </>
  );
}
