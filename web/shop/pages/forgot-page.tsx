import { useMutation } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { api } from '../../shared/api.ts';
import { useTitle } from '../../shared/title.ts';
import { Field } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { Problem } from '../parts/problem.tsx';

export function ForgotPage() {
  useTitle('A new password');
  const ask = useMutation({
    mutationFn: (email: string) => api.POST('/api/auth/password/forgot', { body: { email } }),
  });
  if (ask.isSuccess) {
    return (
      <Notice title="Check your mail.">
        <p>If there is an account with that address, we have sent a link to reset the password.</p>
      </Notice>
    );
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    ask.mutate(String(new FormData(event.currentTarget).get('email')).trim());
  };
  return (
    <form className="narrow" onSubmit={submit}>
      <h1>A new password</h1>
      <p>We will send a link to your address. It works once, for 30 minutes.</p>
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="email"
        required
        maxLength={254}
      />
      <Problem error={ask.error} />
      <button type="submit" className="button wide" disabled={ask.isPending}>
        Send the link
      </button>
    </form>
  );
}
