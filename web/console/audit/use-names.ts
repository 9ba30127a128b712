import { useQuery } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';
import type { AuditRow } from './audit-row.ts';

const LIMIT = 100;
const none: ReadonlyMap<string, string> = new Map();

/** Returns the names of the modifier groups that products name by id, read only if a row has such ids. */
export function useNames(rows: readonly AuditRow[] | undefined): ReadonlyMap<string, string> {
  const isNeeded = rows?.some(({ before, after }) => hasIds(before) || hasIds(after)) === true;
  const { data } = useQuery({
    queryKey: ['modifier-groups', 'names'],
    queryFn: readNames,
    enabled: isNeeded,
  });
  return data === undefined ? none : new Map(data);
}

async function readNames() {
  const { data } = await readBody(
    api.GET('/api/modifier-groups', { params: { query: { limit: LIMIT } } }),
  );
  return data.map(({ id, name }) => [id, name] as const);
}

function hasIds(fields: AuditRow['before']): boolean {
  const ids = fields?.modifierGroupIds;
  return Array.isArray(ids) && ids.length > 0;
}
