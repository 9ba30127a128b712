import { Badge, Button, Group, Loader, Text } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { describeBrowser, isPhone } from '../../shared/browser-name.ts';
import {
  type SessionItem,
  type SessionOwner,
  useEndSession,
  useSessions,
} from '../../shared/session-list.ts';
import { Problem } from './problem.tsx';
import { Timestamp } from './timestamp.tsx';

interface SessionItemsProps {
  readonly owner: SessionOwner;
  readonly empty: string;
}

/** Lists where a user is signed in, and ends sessions one by one. */
export function SessionItems({ owner, empty }: SessionItemsProps) {
  const sessions = useSessions(owner);
  if (sessions.error) return <Problem error={sessions.error} onRetry={() => sessions.refetch()} />;
  if (sessions.data === undefined) return <Loader role="status" aria-label="Loading" size="sm" />;
  if (sessions.data.length === 0) return <Text c="dimmed">{empty}</Text>;
  return (
    <ul className="entries">
      {sessions.data.map((session) => (
        <Item key={session.id} session={session} owner={owner} />
      ))}
    </ul>
  );
}

function Item({ session, owner }: { session: SessionItem; owner: SessionOwner }) {
  const end = useEndSession(owner);
  const { userAgent, address, current } = session;
  const where = userAgent === null ? 'Unknown program' : describeBrowser(userAgent);
  const Icon = userAgent !== null && isPhone(userAgent) ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <li className="entry">
      <Icon size={22} aria-hidden className="entry-icon" />
      <div className="entry-text">
        <Group gap="xs">
          <Text fw={600}>
            <bdi>{where}</bdi>
          </Text>
          {current && <Badge color="teal">This one</Badge>}
        </Group>
        <Text size="sm" c="dimmed" component="div">
          {address !== null && (
            <>
              <bdi className="number">{address}</bdi> ·{' '}
            </>
          )}
          {!current && (
            <>
              last used <Timestamp at={session.lastUsedAt} /> ·{' '}
            </>
          )}
          signed in <Timestamp at={session.createdAt} />
        </Text>
        <Problem error={end.error} mt="xs" />
      </div>
      {!current && (
        <Button
          variant="default"
          size="compact-sm"
          className="entry-actions"
          loading={end.isPending}
          aria-label={`End the session of ${isolateDirection(where)}`}
          onClick={() => end.mutate(session.id)}
        >
          End
        </Button>
      )}
    </li>
  );
}
