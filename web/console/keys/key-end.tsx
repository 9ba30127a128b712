import { Badge, Group } from '@mantine/core';
import { serverClock } from '../../shared/fetch-reply.ts';
import { useNow } from '../../shared/use-now.ts';
import { Timestamp } from '../parts/timestamp.tsx';
import { readLife } from './expiry.ts';

/** Shows when a key ends, and stresses an end within two weeks. */
export function KeyEnd({ expiresAt }: { expiresAt: string | null }) {
  useNow(30_000);
  if (expiresAt === null) return <Badge color="gray">Never</Badge>;
  const life = readLife(expiresAt, serverClock.nowMs());
  return (
    <Group gap="xs" wrap="nowrap">
      <Timestamp at={expiresAt} />
      {life === 'ending' && <Badge color="orange">Ends soon</Badge>}
      {life === 'ended' && <Badge color="red">Ended</Badge>}
    </Group>
  );
}
