import { type Address, type Fulfilment, type FulfilmentType, hasAddress } from '../terms.ts';
import type { PhoneReader } from './phone.ts';

/** What the fields of an address contain. */
export type AddressTexts = { readonly [Field in keyof Address]: string };

/** How an order is to be fulfilled, as it is being entered. Details of another type are kept for a return to it. */
export interface Draft {
  readonly type: FulfilmentType;
  /** RFC 3339. Null: as soon as possible. */
  readonly requestedFor: string | null;
  readonly name: string;
  readonly phone: string;
  readonly address: AddressTexts;
  readonly instructions: string;
  readonly table: string;
}

/** What has to be entered or corrected first. */
export type MissingDetail = 'address' | 'table' | 'phone';

/** What a draft states, or what it still needs. */
export type DraftReading =
  | { readonly fulfilment: Fulfilment; readonly missing: null }
  | { readonly fulfilment: null; readonly missing: MissingDetail };

export const hasTime = (type: FulfilmentType) => type !== 'SHIPMENT';

/** Builds the draft of what is stated. `earlier` has the details of types that were left. */
export function toDraft(
  stated: Fulfilment,
  { earlier, country }: { readonly earlier: Partial<Draft> | null; readonly country: string },
): Draft {
  const { type, requestedFor, contact, address, instructions, table } = stated;
  const noAddress = { line1: '', line2: '', city: '', region: '', postalCode: '', country };
  return {
    type,
    requestedFor,
    name: contact?.name ?? '',
    phone: contact?.phone ?? '',
    address:
      address === null
        ? (earlier?.address ?? noAddress)
        : {
            ...address,
            line2: address.line2 ?? '',
            region: address.region ?? '',
            postalCode: address.postalCode ?? '',
          },
    instructions: instructions ?? '',
    table: table ?? earlier?.table ?? '',
  };
}

/** Reads a draft. A phone number without a country's prefix is one of `country`, or of the address. */
export function readDraft(
  draft: Draft,
  { readPhone, country }: { readonly readPhone: PhoneReader | null; readonly country: string },
): DraftReading {
  const { type } = draft;
  const isSent = hasAddress(type);
  const address = isSent ? readAddress(draft.address) : null;
  if (isSent && address === null) return { fulfilment: null, missing: 'address' };
  const table = type === 'DINE_IN' ? optional(draft.table) : null;
  if (type === 'DINE_IN' && table === null) return { fulfilment: null, missing: 'table' };
  const phoneText = optional(draft.phone);
  const phone =
    phoneText === null ? null : (readPhone?.(phoneText, address?.country ?? country) ?? null);
  if (phoneText !== null && phone === null) return { fulfilment: null, missing: 'phone' };
  const name = optional(draft.name);
  return {
    missing: null,
    fulfilment: {
      type,
      requestedFor: hasTime(type) ? draft.requestedFor : null,
      contact: name === null && phone === null ? null : { name, phone },
      address,
      instructions: optional(draft.instructions),
      table,
    },
  };
}

function readAddress(texts: AddressTexts): Address | null {
  const line1 = optional(texts.line1);
  const city = optional(texts.city);
  if (line1 === null || city === null || texts.country === '') return null;
  return {
    line1,
    line2: optional(texts.line2),
    city,
    region: optional(texts.region),
    postalCode: optional(texts.postalCode),
    country: texts.country,
  };
}

function optional(text: string): string | null {
  const read = text.trim().normalize('NFC');
  return read === '' ? null : read;
}

/** Describes what is stated, to compare it. */
export function describeFulfilment(fulfilment: Fulfilment): string {
  const { type, requestedFor, contact, address, instructions, table } = fulfilment;
  return JSON.stringify([type, requestedFor, contact, address, instructions, table]);
}
