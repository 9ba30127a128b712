import type { Profile } from '../../shared/session.ts';
import { AddFactor } from '../account/add-factor.tsx';
import { RequiredStep } from '../parts/required-step.tsx';

/** Instead of the console, until a user who has to have a second factor has set one up. */
export default function RequiredFactorPage({ profile }: { profile: Profile }) {
  return (
    <RequiredStep
      profile={profile}
      title="Set up a second factor"
      why="Your shop requires one, so that a stolen password alone opens nothing. A passkey is the safest and the easiest."
    >
      <AddFactor />
    </RequiredStep>
  );
}
