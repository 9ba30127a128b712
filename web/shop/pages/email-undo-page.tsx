import { Link } from 'wouter';
import { apiWithoutRetries } from '../../shared/api.ts';
import { LinkPage } from '../parts/link-page.tsx';

/** Gives an account its former address back, for the owner whose address somebody else has changed. */
export default function EmailUndoPage() {
  return (
    <LinkPage
      title="Undo the change of your address"
      text={
        <p>
          Your account keeps the address to which we have sent the mail, or gets it back. All
          devices are signed out.
        </p>
      }
      submitLabel="Undo the change"
      use={(token) => apiWithoutRetries.POST('/api/auth/email/undo', { body: { token } })}
      doneTitle="The change has been undone."
      done={
        <>
          <p>
            All devices are signed out. If it was not you who changed the address, somebody knows
            your password: choose a new one.
          </p>
          <Link href="/forgot" className="button">
            Choose a new password
          </Link>
        </>
      }
      help={<p>If your account is not yours any more, please contact the shop.</p>}
    />
  );
}
