import { Stack } from '@mantine/core';
import { useFactors } from '../../shared/factors.ts';
import { useProfile } from '../../shared/session.ts';
import { AccountSection } from '../account/account-section.tsx';
import { FactorsSection } from '../account/factors-section.tsx';
import { RecoverySection } from '../account/recovery-section.tsx';
import { SessionsSection } from '../account/sessions-section.tsx';
import { NewPasswordForm } from '../parts/new-password-form.tsx';
import { PageTitle } from '../parts/page-title.tsx';

/** How the user signs in, and where they are signed in. */
export default function AccountPage() {
  const profile = useProfile();
  const { data: factors } = useFactors();
  if (!profile) return null;
  return (
    <>
      <PageTitle mb="md">Your account</PageTitle>
      <Stack maw={720}>
        <FactorsSection />
        <RecoverySection />
        <AccountSection title="Password">
          <NewPasswordForm profile={profile} hasFactor={(factors?.data.length ?? 0) > 0} />
        </AccountSection>
        <SessionsSection />
      </Stack>
    </>
  );
}
