import { Container, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A whole page that says why there is nothing on it. */
export function Refusal({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Container size={480} py={60}>
      <Title order={1} size="h2" mb="sm">
        {title}
      </Title>
      <Text>{children}</Text>
    </Container>
  );
}
