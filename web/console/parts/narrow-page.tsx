import { Container, Paper, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTitle } from '../../shared/title.ts';

interface NarrowPageProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A page without the frame, for those who are not signed in. */
export function NarrowPage({ title, children }: NarrowPageProps) {
  useTitle(title);
  return (
    <Container component="main" size={420} py={60}>
      <Title order={1} ta="center" mb="lg">
        {title}
      </Title>
      <Paper withBorder p="lg">
        {children}
      </Paper>
    </Container>
  );
}
