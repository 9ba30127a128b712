import { Button, Container, Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Profile, useSignOut } from '../../shared/session.ts';

interface RequiredStepProps {
  readonly profile: Profile;
  readonly title: string;
  readonly why: string;
  readonly children: ReactNode;
}

/** Instead of the console, until the user has done what is required of them. */
export function RequiredStep({ profile, title, why, children }: RequiredStepProps) {
  const signOut = useSignOut();
  return (
    <Container component="main" size={420} py={60}>
      <Title order={1} ta="center" mb="sm">
        {title}
      </Title>
      <Text ta="center" mb="lg">
        You are signed in as <bdi>{profile.email}</bdi>. {why}
      </Text>
      <Paper withBorder p="lg">
        {children}
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
