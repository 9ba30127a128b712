import { type Static, Type } from 'typebox';
import { Choice, Nullable, Text } from '../../../http/index.ts';
import { isCountry } from '../../../shared/countries.ts';
import type { InputError } from '../../../shared/errors.ts';
import { inUtc } from '../../../shared/instant.ts';
import { type FulfilmentType, fulfilmentTypes } from '../../pricing/index.ts';
import type { Address, Contact, Fulfilment } from './fulfilment.ts';
import { parsePhone } from './phone.ts';

const Line = Text('line', 200);
/** A line that no address is without. */
const RequiredLine = Text('name', 200, { minLength: 1 });

const AddressInput = Type.Object(
  {
    line1: RequiredLine,
    line2: Type.Optional(Nullable(Line)),
    city: RequiredLine,
    region: Type.Optional(Nullable(Line)),
    postalCode: Type.Optional(Nullable(Line)),
    country: Type.String({
      pattern: '^[A-Z]{2}$',
      description: 'ISO 3166-1, two capital letters.',
    }),
  },
  { additionalProperties: false },
);

export const PhoneInput = Text('line', 50, {
  description:
    'In international form, such as `+44 20 7946 0000`; in national form if there is an address, whose country it then is.',
});

const ContactInput = Type.Object(
  { name: Type.Optional(Nullable(Text('name', 200))), phone: Type.Optional(Nullable(PhoneInput)) },
  { additionalProperties: false, description: 'Whom the shop calls or asks for.' },
);

const InstructionsInput = Text('lines', 500, {
  description: 'For the person who delivers or serves.',
});

const RequestedForInput = Type.String({
  format: 'date-time',
  description:
    'A time at which the shop is open, in any offset; with slots, the beginning of one. Null: as soon as possible.',
});

export const FulfilmentInput = Type.Object(
  {
    type: Choice(fulfilmentTypes),
    requestedFor: Type.Optional(Nullable(RequestedForInput)),
    contact: Type.Optional(Nullable(ContactInput)),
    address: Type.Optional(Nullable(AddressInput)),
    instructions: Type.Optional(Nullable(InstructionsInput)),
    table: Type.Optional(Nullable(Text('name', 20, { description: 'For DINE_IN.' }))),
  },
  {
    additionalProperties: false,
    description:
      'For whom, where and when. If it is left out, the order has the first type that the shop offers. DELIVERY and SHIPMENT need an address, DINE_IN a table. SHIPMENT has no time.',
  },
);

export type FulfilmentInput = Static<typeof FulfilmentInput>;

/** What may change after an order was placed. What is left out stays as it is, and null removes it. */
export const ChangeFulfilmentBody = Type.Object(
  {
    requestedFor: Type.Optional(Nullable(RequestedForInput)),
    contact: Type.Optional(Nullable(ContactInput)),
    address: Type.Optional(Nullable(AddressInput)),
    instructions: Type.Optional(Nullable(InstructionsInput)),
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2_147_483_647,
        description: 'The version of the order that the change was based on.',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ requestedFor: '2026-12-01T19:00:00.000Z', instructions: 'Ring twice' }],
  },
);

export type ChangeFulfilmentInput = Static<typeof ChangeFulfilmentBody>;
type AddressInput = Static<typeof AddressInput>;
type ContactInput = Static<typeof ContactInput>;

/** Returns the invalid locations of a fulfilment that its schema cannot express. */
export function findFulfilmentErrors(
  input: FulfilmentInput,
  pointer = '/fulfilment',
): InputError[] {
  const { type, requestedFor = null, address = null, contact = null, table = null } = input;
  const errors = [
    ...missingDetails({ type, address, table }, pointer),
    ...addressErrors(address, `${pointer}/address`),
    ...contactErrors(contact, address?.country ?? null, `${pointer}/contact`),
    ...requestedForErrors(type, requestedFor, `${pointer}/requestedFor`),
  ];
  if (table && type !== 'DINE_IN') {
    errors.push({ pointer: `${pointer}/table`, detail: 'Only DINE_IN has a table.' });
  }
  return errors;
}

/**
 * Returns the invalid locations of a change. What it leaves out was valid when the order was placed, perhaps by other
 * rules, and stays.
 */
export function findChangeErrors(
  { type, address: addressBefore = null }: Fulfilment,
  { requestedFor = null, contact = null, address }: ChangeFulfilmentInput,
): InputError[] {
  const country = (address === undefined ? addressBefore : address)?.country ?? null;
  return [
    ...(address === null ? missingAddress(type, '') : []),
    ...addressErrors(address ?? null, '/address'),
    ...contactErrors(contact, country, '/contact'),
    ...requestedForErrors(type, requestedFor, '/requestedFor'),
  ];
}

/** Returns what this type of fulfilment needs and lacks. */
export function missingDetails(
  {
    type,
    address,
    table,
  }: {
    readonly type: FulfilmentType;
    readonly address?: object | null;
    readonly table?: string | null;
  },
  pointer = '/fulfilment',
): InputError[] {
  if (type === 'DINE_IN' && !table) {
    return [{ pointer: `${pointer}/table`, detail: 'DINE_IN needs a table.' }];
  }
  return address ? [] : missingAddress(type, pointer);
}

function missingAddress(type: FulfilmentType, pointer: string): InputError[] {
  if (type !== 'DELIVERY' && type !== 'SHIPMENT') return [];
  return [{ pointer: `${pointer}/address`, detail: `${type} needs an address.` }];
}

function addressErrors(address: AddressInput | null, pointer: string): InputError[] {
  if (address === null || isCountry(address.country)) return [];
  return [{ pointer: `${pointer}/country`, detail: 'This is not a country of ISO 3166-1.' }];
}

/** `country` null: a phone number needs the international form. */
function contactErrors(
  contact: ContactInput | null,
  country: string | null,
  pointer: string,
): InputError[] {
  return phoneErrors(contact?.phone, country, `${pointer}/phone`);
}

/** Returns the error of a phone number at `pointer`, if it is none. `country` null: it needs the international form. */
export function phoneErrors(
  phone: string | null | undefined,
  country: string | null,
  pointer: string,
): InputError[] {
  if (!phone || parsePhone(phone, country) !== null) return [];
  const detail =
    country === null
      ? 'This is not a phone number in international form, such as +44 20 7946 0000.'
      : `This is not a phone number of ${country}, nor one in international form.`;
  return [{ pointer, detail }];
}

function requestedForErrors(
  type: FulfilmentType,
  requestedFor: string | null,
  pointer: string,
): InputError[] {
  if (requestedFor === null || type !== 'SHIPMENT') return [];
  return [{ pointer, detail: 'SHIPMENT has no time.' }];
}

/** Returns a valid fulfilment as it is kept: without what is empty. */
export function toFulfilment(input: FulfilmentInput): Fulfilment {
  const { type, requestedFor, contact, address, instructions, table } = input;
  return buildFulfilment(type, {
    requestedFor: toRequestedFor(requestedFor ?? null),
    contact: toContact(contact ?? null, address?.country ?? null),
    address: toAddress(address ?? null),
    instructions: instructions || null,
    table: table || null,
  });
}

/** Returns a fulfilment after a valid change: what the change leaves out stays as it is kept. */
export function replaceDetails(
  { type, ...before }: Fulfilment,
  input: ChangeFulfilmentInput,
): Fulfilment {
  const { requestedFor, contact, instructions } = input;
  const address = input.address === undefined ? before.address : toAddress(input.address);
  return buildFulfilment(type, {
    requestedFor: requestedFor === undefined ? before.requestedFor : toRequestedFor(requestedFor),
    contact: contact === undefined ? before.contact : toContact(contact, address?.country ?? null),
    address,
    instructions: instructions === undefined ? before.instructions : instructions || null,
    table: before.table,
  });
}

/** Leaves out what is not stated. */
function buildFulfilment(
  type: FulfilmentType,
  details: { readonly [Name in keyof Omit<Fulfilment, 'type'>]: Fulfilment[Name] | undefined },
): Fulfilment {
  const stated = Object.entries(details).filter(([, value]) => value != null);
  return { type, ...(Object.fromEntries(stated) as Omit<Fulfilment, 'type'>) };
}

function toRequestedFor(requestedFor: string | null): string | null {
  return requestedFor === null ? null : inUtc(requestedFor);
}

function toContact(contact: ContactInput | null, country: string | null): Contact | null {
  const name = contact?.name || null;
  const phone = contact?.phone ? parsePhone(contact.phone, country) : null;
  return name === null && phone === null ? null : { name, phone };
}

/** Fills up an address. */
function toAddress(address: AddressInput | null): Address | null {
  if (address === null) return null;
  const { line1, line2, city, region, postalCode, country } = address;
  return {
    line1,
    line2: line2 || null,
    city,
    region: region || null,
    postalCode: postalCode || null,
    country,
  };
}
