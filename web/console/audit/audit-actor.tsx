import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { AuditRow } from './audit-row.ts';
import { UserEmail } from './user-email.tsx';

/** Shows who made a change. The name leads to everything that they did. */
export function AuditActor({ row: { actor, actorName, actorEmail } }: { row: AuditRow }) {
  const { name, kind } = describeActor(actor, actorName);
  return (
    <>
      <Anchor
        component={Link}
        href={`/audit?actor=${actor.id ?? actor.type}`}
        size="sm"
        fw={600}
        className="audit-name"
      >
        <bdi>{name}</bdi>
      </Anchor>
      <UserEmail name={name} email={actorEmail} />
      <Text size="sm" c="dimmed">
        {kind}
      </Text>
    </>
  );
}

function describeActor(
  { type, role }: AuditRow['actor'],
  actorName: AuditRow['actorName'],
): { readonly name: string; readonly kind: string } {
  if (type === 'operator') return { name: 'Operator', kind: 'command line' };
  if (type === 'system') return { name: 'System', kind: 'automatic' };
  if (type === 'api_key') return { name: actorName ?? 'API key', kind: 'API key' };
  return { name: actorName ?? 'A user', kind: role ?? 'user' };
}
