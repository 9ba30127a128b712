import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import type { ReplyOf } from '../../shared/api.ts';

type ActorFields = Pick<ReplyOf<'getOrderHistory'>['data'][number], 'actor' | 'actorName'>;

/** Returns who did something, in words: `Ada (admin)`, `the API key “till”`, `the system`. */
export function formatActor({ actor: { type, role }, actorName: name }: ActorFields): string {
  if (type === 'api_key') return name ? `the API key “${isolateDirection(name)}”` : 'an API key';
  if (type === 'provider') return 'the payment provider';
  if (type === 'system') return 'the system';
  if (type === 'operator') return 'an operator on the command line';
  return name ? `${isolateDirection(name)} (${role})` : (role ?? 'a user');
}
