import { Link } from 'wouter';
import { apiWithoutRetries } from '../../shared/api.ts';
import { useProfile } from '../../shared/session.ts';
import { LinkPage } from '../parts/link-page.tsx';

/** Confirms the address of a new account, or the new address of an old one. */
export default function VerifyPage() {
  const profile = useProfile();
  return (
    <LinkPage
      title="Confirm your e-mail address"
      text={<p>Is this your address, and have you asked for this? Then confirm it.</p>}
      submitLabel="Confirm the address"
      use={(token) => apiWithoutRetries.POST('/api/auth/verify-email', { body: { token } })}
      doneTitle="Your e-mail address is confirmed."
      done={
        <>
          <p>You sign in with it.</p>
          <Link href="/" className="button">
            See the menu
          </Link>
        </>
      }
      help={
        profile === null ? (
          <p>
            <Link href="/sign-in?then=/account" className="text-link">
              Sign in
            </Link>{' '}
            to see your address, and to have a new link sent.
          </p>
        ) : (
          <p>
            <Link href="/account" className="text-link">
              Your account
            </Link>{' '}
            shows your address, and sends a new link.
          </p>
        )
      }
    />
  );
}
