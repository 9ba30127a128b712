import { isolate } from '../../../src/shared/isolate.ts';
import type { ReplyOf } from '../../shared/api.ts';

type Done = Pick<ReplyOf<'getOrderHistory'>['data'][number], 'actor' | 'actorName'>;

/** Who did something, as a person would say it: `Ada (admin)`, `the API key "till"`, `the system`. */
export function nameOf({ actor: { type, role }, actorName: name }: Done): string {
  if (type === 'api_key') return name ? `the API key “${isolate(name)}”` : 'an API key';
  if (type === 'provider') return 'the payment provider';
  if (type === 'system') return 'the system';
  return name ? `${isolate(name)} (${role})` : (role ?? 'somebody');
}
