import { api, readBody } from '../../shared/api.ts';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { useCurrency } from '../parts/use-currency.ts';
import { useShop } from '../parts/use-shop.ts';
import { auditKey } from './audit-key.ts';
import type { AuditRow } from './audit-row.ts';
import { AuditTable } from './audit-table.tsx';
import type { AuditQuery } from './build-query.ts';
import { useNames } from './use-names.ts';

export function useAudit(query: AuditQuery) {
  return usePages([...auditKey, query], (cursor) =>
    readBody(api.GET('/api/operations/audit', { params: { query: { ...query, ...cursor } } })),
  );
}

interface AuditListProps {
  readonly audit: ReturnType<typeof useAudit>;
  readonly caption: string;
  readonly withSubjects: boolean;
  readonly empty: string;
}

/** Shows pages of the audit. Times are those of the shop's clock. */
export function AuditList({ audit, caption, withSubjects, empty }: AuditListProps) {
  const { data: shop, error: shopError } = useShop();
  const names = useNames(audit.items);
  const isNeeded = audit.items?.some(hasAmount) === true;
  const { currency, error: currencyError } = useCurrency({ isNeeded });
  const isReady = shop !== undefined && (currency !== undefined || !isNeeded);
  const rows = isReady ? audit.items : undefined;
  const error = audit.error ?? shopError ?? currencyError;
  return (
    <>
      {shop !== undefined && rows !== undefined && rows.length > 0 && (
        <AuditTable
          caption={caption}
          rows={rows}
          context={{ timeZone: shop.timeZone, currency, names }}
          withSubjects={withSubjects}
        />
      )}
      <PageFoot query={{ ...audit, items: rows, error }} empty={empty} />
    </>
  );
}

/** Returns whether a row has an amount without a currency, as keys have. */
function hasAmount({ before, after }: AuditRow): boolean {
  return [before, after].some((fields) => typeof fields?.refundMax === 'number');
}

/** Shows the changes of one thing, newest first. */
export function History({ subject, name }: { subject: string; name: string }) {
  return (
    <AuditList
      audit={useAudit({ subject })}
      caption={`Changes of ${name}, newest first`}
      withSubjects={false}
      empty="No changes since the audit began."
    />
  );
}
