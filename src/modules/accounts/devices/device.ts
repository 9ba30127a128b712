import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Queryable } from '../../../database/statement.ts';
import {
  clientNetwork,
  clientRange,
  findCookie,
  findCookieValues,
  findSite,
  isFromBrowser,
  setOwnCookie,
} from '../../../http/index.ts';
import type { Role } from '../../../shared/caller.ts';
import { sha256 } from '../../../shared/canonical-json.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { createDeviceToken, hashDevice, isDeviceToken } from '../tokens/device-tokens.ts';
import {
  type DeviceKind,
  findKnownDevice,
  forgetDevices,
  rememberIdentities,
  trimDevices,
} from './device-queries.ts';

/** As long as a session may go without a refresh at most. */
const MAX_AGE_SECONDS = 365 * 86_400;

/** Where a sign-in comes from, as far as a request shows. */
export interface Device {
  /** Kept by the browser in a cookie; null if it has none, and gets none. */
  readonly token: string | null;
  /** Whether the request had the token; otherwise it is new. */
  readonly isReturning: boolean;
  /** Whether a browser sent the request. Nobody can plant a cookie in a program. */
  readonly isBrowser: boolean;
  /** The address as limits count it. */
  readonly network: string;
  /** The /24 of an IPv4 address or the /48 of an IPv6 address, in which the address of one device moves. */
  readonly range: string;
  readonly userAgent: string;
  /** The refresh tokens of sessions that the browser has so far and whose cookie the reply replaces: one, unless one was planted. */
  readonly formerRefreshTokens: readonly string[];
  /** Whether staff may sign in from there. Not by a cookie at the shop if the console has a host of its own. */
  readonly admitsStaff: boolean;
}

/** `getsCookie`: the reply sets the cookie. Throws `request.malformed` for two cookies. */
export function readDevice(request: FastifyRequest, getsCookie: boolean): Device {
  const shown = findCookie(request, 'device');
  const isReturning = shown !== undefined && isDeviceToken(shown);
  const newToken = getsCookie ? createDeviceToken() : null;
  return {
    token: isReturning ? shown : newToken,
    isReturning,
    isBrowser: isFromBrowser(request),
    network: clientNetwork(request),
    range: clientRange(request),
    userAgent: request.headers['user-agent'] ?? '',
    formerRefreshTokens: getsCookie ? findCookieValues(request, 'refresh') : [],
    admitsStaff: !getsCookie || findSite(request).admitsStaff,
  };
}

/**
 * Sets the cookie by which the device is known. It says who may guess less slowly, and in which browser a refresh cookie
 * counts. Each refresh sets the same value again, so that it outlives the session.
 */
export function setDeviceCookie(reply: FastifyReply, { token }: Device): void {
  if (token !== null) setOwnCookie(reply, 'device', token, MAX_AGE_SECONDS);
}

/** Throws `accounts.staff_at_console`. */
export function requireAdmitted(role: Role, device: Device | null): void {
  if (role === 'customer' || device?.admitsStaff !== false) return;
  throw new CodedError(accountsErrors.staffAtConsole);
}

/** Returns the hash by which the account knows this device; null if it does not. */
export async function findKnownIdentity(
  { database }: Pick<AccountsParts, 'database'>,
  emailKey: string,
  device: Device,
): Promise<string | null> {
  const hashes = hashIdentities(device);
  const [cookie, network] = [hashes.get('cookie') ?? null, hashes.get('network')!];
  const [known] = await findKnownDevice(database, emailKey, cookie, network);
  return known === undefined ? null : hashes.get(known.kind)!;
}

/**
 * Remembers where a user signed in, in the transaction of the sign-in. Returns whether the device is new for a user who
 * had others before.
 */
export async function rememberDevice(
  db: Queryable,
  userId: string,
  device: Device,
): Promise<boolean> {
  const hashes = hashIdentities(device);
  // Many people share a range and a browser: for a device that keeps cookies, its token is enough.
  if (device.isReturning) hashes.delete('network');
  const remembered = await rememberIdentities(db, userId, [...hashes.keys()], [...hashes.values()]);
  if (remembered.some(({ isNew }) => isNew)) await trimDevices(db, userId);
  return remembered.every(({ isNew, hadAny }) => isNew && hadAny);
}

/**
 * Forgets all other devices: somebody who knew the former password may have signed in with them, and is a new device when
 * they come back.
 */
export async function forgetOtherDevices(
  db: Queryable,
  userId: string,
  device: Device | null,
): Promise<void> {
  const kept = device === null ? [] : [...hashIdentities(device).values()];
  await forgetDevices(db, userId, kept, sha256('forgotten devices', userId).toString('hex'));
}

function hashIdentities({ token, range, userAgent }: Device): Map<DeviceKind, string> {
  const hashes = new Map<DeviceKind, string>([
    ['network', sha256('network', range, userAgent).toString('hex')],
  ]);
  if (token !== null) hashes.set('cookie', hashDevice(token).toString('hex'));
  return hashes;
}
