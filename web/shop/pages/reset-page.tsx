import { useMutation } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { Link } from 'wouter';
import { api } from '../../shared/api.ts';
import { useLinkToken } from '../../shared/link-token.ts';
import { useTitle } from '../../shared/title.ts';
import { Field } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { Problem } from '../parts/problem.tsx';

export function ResetPage() {
  useTitle('A new password');
  const token = useLinkToken() ?? '';
  const reset = useMutation({
    mutationFn: (newPassword: string) =>
      api.POST('/api/auth/password/reset', { body: { token, newPassword } }),
  });
  if (reset.isSuccess) {
    return (
      <Notice title="Your password has been changed.">
        <Link href="/sign-in" className="button">
          Sign in
        </Link>
      </Notice>
    );
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    reset.mutate(String(new FormData(event.currentTarget).get('password')));
  };
  return (
    <form className="narrow" onSubmit={submit}>
      <h1>Choose a new password</h1>
      <Field
        label="New password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        maxLength={256}
        hint="At least 8 characters, ideally several words; at least 15 for staff. You are signed out everywhere else."
      />
      <Problem error={reset.error} />
      <button type="submit" className="button wide" disabled={reset.isPending}>
        Change the password
      </button>
    </form>
  );
}
