import type { ReplyOf } from '../../shared/api.ts';

type Actor = ReplyOf<'getOrderHistory'>['data'][number]['actor'];

/** Who did something, as a person would say it: `Ada (admin)`, `the API key "till"`, `the system`. */
export function nameOf({ type, role, name }: Actor): string {
  if (type === 'api_key') return name ? `the API key “${name}”` : 'an API key';
  if (type === 'provider') return 'the payment provider';
  if (type === 'system') return 'the system';
  return name ? `${name} (${role})` : (role ?? 'somebody');
}
