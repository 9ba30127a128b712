import { Paper } from '@mantine/core';
import { useProfile } from '../../shared/session.ts';
import { NewPasswordForm } from '../parts/new-password-form.tsx';
import { PageTitle } from '../parts/page-title.tsx';

export default function PasswordPage() {
  const profile = useProfile();
  if (!profile) return null;
  return (
    <>
      <PageTitle mb="md">Your password</PageTitle>
      <Paper withBorder p="lg" maw={420}>
        <NewPasswordForm profile={profile} />
      </Paper>
    </>
  );
}
