import { useQuery } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';
import type { AuditRow } from './audit-row.ts';
import { actorsQuery } from './use-actor-choices.ts';

const LIMIT = 100;

/**
 * Returns the names of what rows name by id: the modifier groups of products, and the holders of keys. Each kind is read
 * only if a row has such ids.
 */
export function useNames(rows: readonly AuditRow[] | undefined): ReadonlyMap<string, string> {
  const has = (test: (fields: AuditRow['before']) => boolean) =>
    rows?.some(({ before, after }) => test(before) || test(after)) === true;
  const groups = useQuery({
    queryKey: ['modifier-groups', 'names'],
    queryFn: readGroupNames,
    enabled: has(hasGroups),
  });
  const actors = useQuery({ ...actorsQuery, enabled: has(hasHolder) });
  const { staff = [], keyUsers = [] } = actors.data ?? {};
  return new Map([
    ...(groups.data ?? []),
    ...[...keyUsers, ...staff].map(({ value, label }) => [value, label] as const),
  ]);
}

async function readGroupNames() {
  const { data } = await readBody(
    api.GET('/api/modifier-groups', { params: { query: { limit: LIMIT } } }),
  );
  return data.map(({ id, name }) => [id, name] as const);
}

function hasGroups(fields: AuditRow['before']): boolean {
  const ids = fields?.modifierGroupIds;
  return Array.isArray(ids) && ids.length > 0;
}

function hasHolder(fields: AuditRow['before']): boolean {
  return typeof fields?.heldBy === 'string';
}
