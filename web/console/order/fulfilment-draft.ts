import type { BodyOf, Order } from '../../shared/api.ts';
import { toInstant, toShopDate, toShopTime } from '../parts/shop-clock.ts';

export type Fulfilment = Order['fulfilment'];
type Address = NonNullable<Fulfilment['address']>;
type Change = BodyOf<'changeFulfilment'>;

/** What is typed into the form. */
export interface FulfilmentDraft {
  readonly isAsap: boolean;
  /** Of the shop's calendar and clock, such as `2026-12-01` and `18:30`. */
  readonly date: string;
  readonly time: string;
  /** The time that was chosen from a list; null if date and time state it. A slot may be after midnight. */
  readonly at: string | null;
  readonly name: string;
  readonly phone: string;
  /** Null: the order has no address and needs none. */
  readonly address: { readonly [Field in keyof Address]: string } | null;
  readonly instructions: string;
}

export function startDraft(
  { requestedFor, promisedFor, contact, address, instructions }: Fulfilment,
  timeZone: string,
): FulfilmentDraft {
  const at = requestedFor ?? promisedFor;
  const atMs = at === null ? null : Date.parse(at);
  return {
    isAsap: requestedFor === null,
    date: atMs === null ? '' : toShopDate(atMs, timeZone),
    time: atMs === null ? '' : toShopTime(atMs, timeZone),
    at,
    name: contact?.name ?? '',
    phone: contact?.phone ?? '',
    address: address === null ? null : toTexts(address),
    instructions: instructions ?? '',
  };
}

function toTexts(address: Address) {
  const { line1, line2, city, region, postalCode, country } = address;
  return {
    line1,
    line2: line2 ?? '',
    city,
    region: region ?? '',
    postalCode: postalCode ?? '',
    country,
  };
}

/** Returns the members that differ from the draft that the form started with; null if the time is incomplete. */
export function readChange(
  draft: FulfilmentDraft,
  started: FulfilmentDraft,
  timeZone: string,
): Change | null {
  const change: Change = {};
  const requestedFor = draft.isAsap ? null : findTime(draft, timeZone);
  if (!draft.isAsap && requestedFor === null) return null;
  if (requestedFor !== (started.isAsap ? null : started.at)) change.requestedFor = requestedFor;
  if (draft.name !== started.name || draft.phone !== started.phone) {
    const contact = { name: draft.name.trim() || null, phone: draft.phone.trim() || null };
    change.contact = contact.name === null && contact.phone === null ? null : contact;
  }
  if (draft.address !== null && JSON.stringify(draft.address) !== JSON.stringify(started.address)) {
    const { line1, line2, city, region, postalCode, country } = draft.address;
    change.address = {
      line1: line1.trim(),
      line2: line2.trim() || null,
      city: city.trim(),
      region: region.trim() || null,
      postalCode: postalCode.trim() || null,
      country,
    };
  }
  if (draft.instructions !== started.instructions) {
    change.instructions = draft.instructions.trim() || null;
  }
  return change;
}

/** Returns the time that is chosen, or null if it is incomplete. */
function findTime({ date, time, at }: FulfilmentDraft, timeZone: string): string | null {
  return at ?? toInstant(date, time, timeZone);
}
