import { Center, Loader, Stack } from '@mantine/core';
import { useFactors } from '../../shared/factors.ts';
import { useProfile } from '../../shared/session.ts';
import { useSessions } from '../../shared/session-list.ts';
import { AccountSection } from '../account/account-section.tsx';
import { DataSection } from '../account/data-section.tsx';
import { FactorsSection } from '../account/factors-section.tsx';
import { RecoverySection } from '../account/recovery-section.tsx';
import { SessionsSection } from '../account/sessions-section.tsx';
import { NewPasswordForm } from '../parts/new-password-form.tsx';
import { PageTitle } from '../parts/page-title.tsx';

/** How the user signs in, and where they are signed in. */
export default function AccountPage() {
  const profile = useProfile();
  const factors = useFactors();
  const sessions = useSessions('me');
  if (!profile) return null;
  // All parts at once: one that grew later would move those below it, under the pointer.
  const isLoading = factors.isPending || sessions.isPending;
  return (
    <>
      <PageTitle mb="md">Your account</PageTitle>
      {isLoading ? (
        <Center py="xl">
          <Loader role="status" aria-label="Loading" />
        </Center>
      ) : (
        <Stack maw={720}>
          <FactorsSection />
          <RecoverySection />
          <AccountSection title="Password">
            <NewPasswordForm profile={profile} hasFactor={(factors.data?.data.length ?? 0) > 0} />
          </AccountSection>
          <SessionsSection />
          <DataSection profile={profile} />
        </Stack>
      )}
    </>
  );
}
