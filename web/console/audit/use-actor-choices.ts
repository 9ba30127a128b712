import { useQuery } from '@tanstack/react-query';
import { api, readBody } from '../../shared/api.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

const LIMIT = 100;
const staffRoles = ['admin', 'kitchen'] as const;
const others: readonly Choice[] = [
  { value: 'operator', label: 'Operator (command line)' },
  { value: 'system', label: 'System' },
];

/** Staff and API keys, and the names of those who created or hold a key, whatever their role is now. */
export const actorsQuery = { queryKey: ['audit-actors'], queryFn: readActors };

/** Returns who can be chosen as an actor: staff, API keys and what is no person, and besides the one that is chosen. */
export function useActorChoices(chosen: string, name: string | null) {
  const { data } = useQuery(actorsQuery);
  const { staff = [], keys = [] } = data ?? {};
  const isListed = [...staff, ...keys, ...others].some(({ value }) => value === chosen);
  const missing = chosen === '' || isListed ? [] : [{ value: chosen, label: name ?? chosen }];
  return [
    { group: 'Chosen', items: missing },
    { group: 'Staff', items: staff },
    { group: 'API keys', items: keys },
    { group: 'Others', items: [...others] },
  ].filter(({ items }) => items.length > 0);
}

async function readActors(): Promise<{ staff: Choice[]; keys: Choice[]; keyUsers: Choice[] }> {
  const listStaff = (role: (typeof staffRoles)[number]) =>
    readBody(api.GET('/api/users', { params: { query: { role, limit: LIMIT } } }));
  const [keys, ...staff] = await Promise.all([
    readBody(api.GET('/api/api-keys', { params: { query: { limit: LIMIT } } })),
    ...staffRoles.map(listStaff),
  ]);
  // A role that changes between the two calls would list a user twice.
  const users = new Map(staff.flatMap(({ data }) => data.map((user) => [user.id, user] as const)));
  return {
    staff: [...users.values()].map(({ id, name, email }) => ({
      value: id,
      label: name === '' ? email : `${name} (${email})`,
    })),
    keys: keys.data.map(({ id, name }) => ({ value: id, label: name })),
    keyUsers: keys.data
      .flatMap(({ createdBy, heldBy }) => [createdBy, heldBy])
      .map(({ id, name }) => ({ value: id, label: name })),
  };
}
