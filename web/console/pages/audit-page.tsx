import { Center, Loader, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { AuditFilters } from '../audit/audit-filters.tsx';
import { AuditList, useAudit } from '../audit/audit-list.tsx';
import { type AuditFilterName, buildQuery } from '../audit/build-query.ts';
import { SealedUntil } from '../audit/sealed-until.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Problem } from '../parts/problem.tsx';
import { useShop } from '../parts/use-shop.ts';
import { useUrlFilters } from '../parts/use-url-filters.ts';

/** Shows who changed what, when and from where. */
export default function AuditPage() {
  const { data: shop, error } = useShop();
  return (
    <>
      <PageTitle mb="xs">Audit</PageTitle>
      <Text c="dimmed" mb="md" maw="44rem">
        Who changed what, and from where. What happened to an order is on the page of the order.
      </Text>
      {shop !== undefined && (
        <>
          <SealedUntil timeZone={shop.timeZone} />
          <Audit timeZone={shop.timeZone} />
        </>
      )}
      {shop === undefined && error === null && (
        <Center py="xl">
          <Loader role="status" aria-label="Loading" />
        </Center>
      )}
      <Problem error={error} />
    </>
  );
}

function Audit({ timeZone }: { timeZone: string }) {
  const { text, get, set } = useUrlFilters<AuditFilterName>();
  const [filters] = useDebouncedValue(text, 250);
  const audit = useAudit(buildQuery(filters, timeZone));
  const ofActor = audit.items?.find(({ actor }) => actor.id === get('actor'));
  const ofSubject = audit.items?.find(({ subject }) => subject.id === get('subject'));
  return (
    <>
      <AuditFilters
        get={get}
        set={set}
        actorName={ofActor?.actorName ?? null}
        subjectName={ofSubject?.subjectName ?? null}
      />
      <AuditList
        audit={audit}
        caption="Changes, newest first"
        withSubjects
        empty="No matching changes."
      />
    </>
  );
}
