import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { AuditRow, SubjectType } from './audit-row.ts';
import { UserEmail } from './user-email.tsx';

/** Shows the name of what changed, with a link to its page. */
export function SubjectLink({ row }: { row: AuditRow }) {
  const { subject, subjectName } = row;
  // The heading of the row names the shop, mails and orders already.
  const name = subjectName ?? (subject.id === null ? null : subject.id.slice(0, 8));
  if (name === null) return null;
  // What no longer exists has no page.
  const path = row.after === null && row.before !== null ? null : findPath(row);
  return (
    <>
      <Text size="sm" component="div" className="audit-name">
        {path === null ? (
          <bdi>{name}</bdi>
        ) : (
          <Anchor component={Link} href={path} inherit>
            <bdi>{name}</bdi>
          </Anchor>
        )}
      </Text>
      <UserEmail name={name} email={row.subjectEmail} />
    </>
  );
}

const lists: Readonly<Record<SubjectType, string>> = {
  user: '/people',
  api_key: '/keys',
  product: '/products',
  modifier_group: '/prices/modifiers',
  tax_rate: '/prices/taxes',
  charge: '/prices/charges',
  discount: '/prices/discounts',
  shop: '/shop',
  webhook_endpoint: '/work/webhooks',
  webhook_delivery: '/work/webhooks',
  dead_letter: '/work/dead-letters',
  encryption_key: '/health',
  database: '/health',
  mails: '/work/mail',
};

function findPath({ subject: { type, id }, subjectName, subjectEmail }: AuditRow): string {
  const search = subjectEmail ?? subjectName;
  if (type === 'user' && search !== null) {
    return `/people?search=${encodeURIComponent(search)}`;
  }
  const hasPage = type === 'product' || type === 'modifier_group';
  return hasPage && id !== null ? `${lists[type]}/${id}` : lists[type];
}
