import { Button, Container, Paper, Text, Title } from '@mantine/core';
import { type Profile, useSignOut } from '../../shared/session.ts';
import { NewPasswordForm } from '../parts/new-password-form.tsx';

/** Instead of the console, until a user whose password somebody else may know has chosen another one. */
export function RequiredPasswordPage({ profile }: { profile: Profile }) {
  const signOut = useSignOut();
  return (
    <Container component="main" size={420} py={60}>
      <Title order={1} ta="center" mb="sm">
        Choose a new password
      </Title>
      <Text ta="center" mb="lg">
        You are signed in as <bdi>{profile.email}</bdi>. Someone else may know this password, or it
        is shorter than those of staff have to be.
      </Text>
      <Paper withBorder p="lg">
        <NewPasswordForm profile={profile} />
      </Paper>
      <Button
        variant="subtle"
        color="gray"
        fullWidth
        mt="md"
        loading={signOut.isPending}
        onClick={() => signOut.mutate()}
      >
        Sign out
      </Button>
    </Container>
  );
}
