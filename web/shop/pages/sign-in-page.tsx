import { type SubmitEvent, useState } from 'react';
import { Link, Redirect, useSearchParams } from 'wouter';
import { useProfile, useSignIn, useSignUp } from '../../shared/session.ts';
import { useSessionState } from '../../shared/session-end.ts';
import { useTitle } from '../../shared/title.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';

export function SignInPage() {
  const profile = useProfile();
  const session = useSessionState();
  const [parameters] = useSearchParams();
  const [isNew, setIsNew] = useState(false);
  useTitle(isNew ? 'Create an account' : 'Sign in');
  const signIn = useSignIn();
  const signUp = useSignUp();
  const current = isNew ? signUp : signIn;

  if (profile && session === 'fine')
    return <Redirect to={getSafePath(parameters.get('then'))} replace />;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? '');
    const credentials = { email: text('email').trim(), password: text('password') };
    if (!isNew) return signIn.mutate(credentials);
    const name = text('name').trim();
    signUp.mutate(name === '' ? credentials : { ...credentials, name });
  };
  return (
    <form className="narrow" onSubmit={submit}>
      <h1>{isNew ? 'Create an account' : 'Sign in'}</h1>
      {isNew && <Field label="Name" name="name" autoComplete="name" maxLength={200} />}
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="email"
        required
        maxLength={254}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        required
        minLength={8}
        maxLength={256}
        hint={isNew ? 'At least 8 characters, ideally several words.' : undefined}
      />
      <Problem error={current.error} />
      <button type="submit" className="button wide" disabled={current.isPending}>
        {isNew ? 'Create the account' : 'Sign in'}
      </button>
      {!isNew && (
        <p className="aside">
          <Link href="/forgot">I forgot my password</Link>
        </p>
      )}
      <p className="or">{isNew ? 'Been here before?' : 'New here?'}</p>
      <button type="button" className="button wide quiet-button" onClick={() => setIsNew(!isNew)}>
        {isNew ? 'I have an account' : 'Create an account'}
      </button>
    </form>
  );
}

/**
 * Returns the path only if it is one of the shop: a crafted link must not send the customer to another site after the
 * login.
 */
function getSafePath(then: string | null): string {
  return then !== null && /^\/[a-z0-9/-]*$/.test(then) && !then.startsWith('//') ? then : '/';
}
