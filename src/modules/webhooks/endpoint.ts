import { randomBytes } from 'node:crypto';
import { eventTypes, type PublicEventType } from '../../events/index.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { hasWebPort, namesMetadata, namesPrivateTarget } from '../../shared/public-address.ts';

/** Matches every type of event, including those of later versions, and not `sealType`. */
export const everyType = '*';

/** The type of a message for each new seal. It is no event: what is in no log causes no further seal. */
export const sealType = 'log.sealed';

/** What an endpoint can subscribe to by name. */
export const namedTypes = [...eventTypes, sealType] as const;

/** How long the previous secret also signs after a rotation. */
export const PREVIOUS_SECRET_HOURS = 24;

const SECRET_BYTES = 32;

/** Creates a secret. Source: Standard Webhooks, "Signature scheme": 24 to 64 random bytes in base64. */
export function createSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Throws `request.invalid` if a URL cannot be a target or is forbidden. */
export function requireTarget(text: string, allowPrivateTargets: boolean): void {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hash !== '') {
    throw invalidInput('/url', 'must be an http or https URL without a fragment');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidInput('/url', 'must not contain a user name or a password');
  }
  if (!hasWebPort(url)) {
    throw invalidInput('/url', 'must name port 80, 443, or one from 1024 on');
  }
  if (namesMetadata(url)) {
    throw invalidInput('/url', "must not lead to a cloud's metadata");
  }
  if (!allowPrivateTargets && namesPrivateTarget(url)) {
    throw invalidInput('/url', 'must not lead to a private, loopback or link-local address');
  }
}

/** Throws `request.invalid` if the wildcard is combined with types that it includes. */
export function requireTypes(types: readonly string[]): void {
  if (types.includes(everyType) && types.some((type) => type !== everyType && type !== sealType)) {
    throw invalidInput('/eventTypes', `"${everyType}" goes only with "${sealType}"`);
  }
}

/** Returns the types of events that an endpoint receives. */
export function typesFor(types: readonly string[]): readonly PublicEventType[] {
  return types.includes(everyType) ? eventTypes : eventTypes.filter((type) => types.includes(type));
}
