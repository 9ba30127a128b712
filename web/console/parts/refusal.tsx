import { Container, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface RefusalProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What to do about it. */
  readonly action?: ReactNode;
}

/** Shows a whole page that explains why it has no content. */
export function Refusal({ title, children, action }: RefusalProps) {
  return (
    <Container size={480} py={60}>
      <Title order={1} size="h2" mb="sm">
        {title}
      </Title>
      <Text mb="md">{children}</Text>
      {action}
    </Container>
  );
}
