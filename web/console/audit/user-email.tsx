import { Text } from '@mantine/core';

/** Shows the address of a user beside a name, which the user chose, and which may be that of another. */
export function UserEmail({ name, email }: { name: string; email: string | null }) {
  if (email === null || email === name) return null;
  return (
    <Text size="sm" c="dimmed" className="audit-name">
      <bdi>{email}</bdi>
    </Text>
  );
}
