import { type Challenge, useChallenge } from '../../shared/session.ts';
import { useTitle } from '../../shared/title.ts';
import { Problem } from '../parts/problem.tsx';
import { ProofForm } from './proof-form.tsx';

interface ChallengeFormProps {
  readonly challenge: Challenge;
  /** Returns to the password. */
  onStartAgain(): void;
}

/** The second step of a sign-in. */
export function ChallengeForm({ challenge, onStartAgain }: ChallengeFormProps) {
  useTitle('Confirm that it is you');
  const proving = useChallenge(challenge);
  return (
    <section className="narrow">
      <h1>Confirm that it is you</h1>
      {proving.isOver ? (
        <Problem error={proving.error} />
      ) : (
        <ProofForm methods={challenge.methods} proving={proving} submitLabel="Sign in" />
      )}
      <button type="button" className="button wide quiet-button" onClick={onStartAgain}>
        Start again
      </button>
    </section>
  );
}
