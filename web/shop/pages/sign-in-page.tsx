import { type SubmitEvent, useState } from 'react';
import { Link, Redirect, useSearchParams } from 'wouter';
import { hasPasskeys } from '../../shared/passkeys.ts';
import {
  type Challenge,
  usePasskeySignIn,
  useProfile,
  useSignIn,
  useSignUp,
} from '../../shared/session.ts';
import { useTitle } from '../../shared/title.ts';
import { Field } from '../parts/field.tsx';
import { PasskeysElsewhere } from '../parts/passkeys-elsewhere.tsx';
import { Problem } from '../parts/problem.tsx';
import { ChallengeForm } from '../proving/challenge-form.tsx';

/** Stays at one address for all steps, so that the customer returns to where they came from. */
export function SignInPage() {
  const profile = useProfile();
  const [parameters] = useSearchParams();
  const [isNew, setIsNew] = useState(false);
  const [challenge, setChallenge] = useState<Challenge | null>(null);

  if (profile) return <Redirect to={getSafePath(parameters.get('then'))} replace />;
  if (challenge !== null) {
    return <ChallengeForm challenge={challenge} onStartAgain={() => setChallenge(null)} />;
  }
  return isNew ? (
    <SignUpForm onKnown={() => setIsNew(false)} />
  ) : (
    <SignInForm onChallenge={setChallenge} onNew={() => setIsNew(true)} />
  );
}

interface SignInFormProps {
  onChallenge(challenge: Challenge): void;
  onNew(): void;
}

function SignInForm({ onChallenge, onNew }: SignInFormProps) {
  useTitle('Sign in');
  const signIn = useSignIn();
  const byPasskey = usePasskeySignIn();
  const isPending = signIn.isPending || byPasskey.isPending;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    byPasskey.reset();
    signIn.mutate(readCredentials(event.currentTarget), {
      onSuccess(reply) {
        if ('challenge' in reply) onChallenge(reply.challenge);
      },
    });
  };
  return (
    <form className="narrow" onSubmit={submit}>
      <h1>Sign in</h1>
      <EmailField autoComplete="username" />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        maxLength={256}
      />
      <Problem error={signIn.error ?? byPasskey.error} />
      <button type="submit" className="button wide" disabled={isPending}>
        Sign in
      </button>
      {hasPasskeys ? (
        <button
          type="button"
          className="button wide quiet-button"
          disabled={isPending}
          onClick={() => {
            signIn.reset();
            byPasskey.mutate();
          }}
        >
          Sign in with a passkey
        </button>
      ) : (
        <PasskeysElsewhere />
      )}
      <p className="aside">
        <Link href="/forgot">I forgot my password</Link>
      </p>
      <p className="or">New here?</p>
      <button type="button" className="button wide quiet-button" onClick={onNew}>
        Create an account
      </button>
    </form>
  );
}

function SignUpForm({ onKnown }: { onKnown(): void }) {
  useTitle('Create an account');
  const signUp = useSignUp();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const credentials = readCredentials(event.currentTarget);
    const name = String(new FormData(event.currentTarget).get('name')).trim();
    signUp.mutate(name === '' ? credentials : { ...credentials, name });
  };
  return (
    <form className="narrow" onSubmit={submit}>
      <h1>Create an account</h1>
      <Field label="Name" name="name" autoComplete="name" dir="auto" maxLength={200} />
      <EmailField autoComplete="email" />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        maxLength={256}
        hint="At least 8 characters, ideally several words."
      />
      <Problem error={signUp.error} />
      <button type="submit" className="button wide" disabled={signUp.isPending}>
        Create the account
      </button>
      <p className="or">Been here before?</p>
      <button type="button" className="button wide quiet-button" onClick={onKnown}>
        I have an account
      </button>
    </form>
  );
}

function EmailField({ autoComplete }: { autoComplete: string }) {
  return (
    <Field
      label="E-mail"
      name="email"
      type="email"
      autoComplete={autoComplete}
      required
      maxLength={254}
    />
  );
}

function readCredentials(form: HTMLFormElement) {
  const fields = new FormData(form);
  return { email: String(fields.get('email')).trim(), password: String(fields.get('password')) };
}

/**
 * Returns the path only if it is one of the shop: a crafted link must not send the customer to another site after the
 * login.
 */
function getSafePath(then: string | null): string {
  return then !== null && /^\/[a-z0-9/-]*$/.test(then) && !then.startsWith('//') ? then : '/';
}
