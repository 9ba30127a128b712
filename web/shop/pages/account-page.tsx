import '../account/account.css';
import { Link } from 'wouter';
import { useFactors } from '../../shared/factors.ts';
import { useRecoveryCodes } from '../../shared/recovery-codes.ts';
import { type Profile, useProfileQuery } from '../../shared/session.ts';
import { useSessions } from '../../shared/session-list.ts';
import { useTitle } from '../../shared/title.ts';
import { CodesSheet } from '../account/codes-sheet.tsx';
import { DataPart } from '../account/data-part.tsx';
import { EmailPart } from '../account/email-part.tsx';
import { FactorsPart } from '../account/factors-part.tsx';
import { NameForm } from '../account/name-form.tsx';
import { PasswordPart } from '../account/password-part.tsx';
import { SessionsPart } from '../account/sessions-part.tsx';
import { Notice } from '../parts/notice.tsx';
import { Problem } from '../parts/problem.tsx';
import { StepUpSheet } from '../proving/step-up-sheet.tsx';

export default function AccountPage() {
  useTitle('Your account');
  const { data: profile, error, refetch } = useProfileQuery();
  if (profile === null) {
    return (
      <Notice title="Sign in to see your account.">
        <Link href="/sign-in?then=/account" className="button">
          Sign in
        </Link>
      </Notice>
    );
  }
  if (profile !== undefined) return <Account profile={profile} />;
  return error === null ? (
    <p className="quiet">Loading…</p>
  ) : (
    <Problem error={error} onRetry={() => refetch()} />
  );
}

function Account({ profile }: { profile: Profile }) {
  const codes = useRecoveryCodes();
  const factors = useFactors();
  const sessions = useSessions('me');
  return (
    <div className="account">
      <h1>Your account</h1>
      <NameForm profile={profile} />
      <EmailPart profile={profile} />
      <PasswordPart profile={profile} />
      <FactorsPart profile={profile} />
      {/* Not while it would move down. */}
      {!factors.isPending && <SessionsPart />}
      {!factors.isPending && !sessions.isPending && <DataPart profile={profile} />}
      <StepUpSheet />
      {codes !== null && <CodesSheet codes={codes} email={profile.email} />}
    </div>
  );
}
