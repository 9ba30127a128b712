import { type SubmitEvent, useState } from 'react';
import { type Profile, useChangePassword } from '../../shared/session.ts';
import { Field } from '../parts/field.tsx';
import { hasCode, Problem } from '../parts/problem.tsx';
import { Done } from './done.tsx';
import { Part } from './part.tsx';

/** Of customers. The server says what it asks of staff. */
const LENGTH_MIN = 8;

export function PasswordPart({ profile }: { profile: Profile }) {
  const [isChanging, setIsChanging] = useState(false);
  const change = useChangePassword();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name));
    change.mutate(
      { currentPassword: text('currentPassword'), newPassword: text('newPassword') },
      { onSuccess: () => setIsChanging(false) },
    );
  };
  if (!isChanging) {
    return (
      <Part title="Password">
        {change.isSuccess && <Done>Your password has been changed.</Done>}
        <button type="button" className="more" onClick={() => setIsChanging(true)}>
          Change the password
        </button>
      </Part>
    );
  }
  const isWrong = hasCode(change.error, 'accounts.invalid_credentials');
  return (
    <Part title="Password">
      <form onSubmit={submit}>
        {/* For password managers, which store the new password under this name. */}
        <input hidden readOnly name="username" autoComplete="username" value={profile.email} />
        <Field
          label="Current password"
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          required
          maxLength={256}
          error={isWrong ? 'This is not the current password.' : undefined}
        />
        <Field
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          required
          minLength={LENGTH_MIN}
          maxLength={256}
          hint="At least 8 characters, ideally several words. You are signed out everywhere else."
        />
        {!isWrong && <Problem error={change.error} />}
        <div className="actions">
          <button type="submit" className="button" disabled={change.isPending}>
            Change the password
          </button>
          <button
            type="button"
            className="more"
            onClick={() => {
              change.reset();
              setIsChanging(false);
            }}
          >
            Cancel
          </button>
        </div>
      </form>
    </Part>
  );
}
