import { Paper, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

interface AccountSectionProps {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly children: ReactNode;
}

/** One part of the page about the own account. */
export function AccountSection({ title, intro, children }: AccountSectionProps) {
  const id = useId();
  return (
    <Paper withBorder component="section" aria-labelledby={id} p="lg">
      <Title order={2} size="h4" id={id} mb={intro === undefined ? 'md' : 4}>
        {title}
      </Title>
      {intro !== undefined && (
        <Text c="dimmed" mb="md">
          {intro}
        </Text>
      )}
      {children}
    </Paper>
  );
}
