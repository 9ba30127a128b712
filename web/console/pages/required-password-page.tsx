import type { Profile } from '../../shared/session.ts';
import { NewPasswordForm } from '../parts/new-password-form.tsx';
import { RequiredStep } from '../parts/required-step.tsx';

/** Instead of the console, until a user whose password somebody else may know has chosen another one. */
export function RequiredPasswordPage({ profile }: { profile: Profile }) {
  return (
    <RequiredStep
      profile={profile}
      title="Choose a new password"
      why="Someone else may know this password, or it is shorter than those of staff have to be."
    >
      <NewPasswordForm profile={profile} />
    </RequiredStep>
  );
}
