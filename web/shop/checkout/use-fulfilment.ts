import { useEffect } from 'react';
import { guessCountry } from '../../shared/countries.ts';
import type { CartAccess } from '../cart.ts';
import { useStoredText } from '../stored-text.ts';
import type { Address, Fulfilment } from '../terms.ts';

/** What the fields contain. */
export type AddressTexts = { readonly [Field in keyof Address]: string };

interface Draft {
  readonly type: 'PICKUP' | 'DELIVERY';
  readonly address: AddressTexts;
}

export interface FulfilmentAccess extends Draft {
  /** The address has everything that a delivery needs. */
  readonly isComplete: boolean;
  /** The cart has what the fields contain. */
  readonly isSaved: boolean;
  change(draft: Partial<Draft>): void;
}

/** A change is sent when the customer has stopped typing for this time. */
const SETTLED_AFTER_MS = 400;

/** Returns how the cart is fulfilled, as it is being entered. It is saved in the cart as soon as it is complete. */
export function useFulfilment({ terms, changeTerms }: CartAccess): FulfilmentAccess {
  const { text, setText } = useStoredText('fulfilment');
  const isEdited = text !== '';
  const draft = isEdited ? (JSON.parse(text) as Draft) : toDraft(terms.fulfilment);
  const wanted = toFulfilment(draft);
  const isSaved =
    !isEdited || describe(wanted) === describe(toFulfilment(toDraft(terms.fulfilment)));

  const described = describe(wanted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `described` is `wanted`, and `changeTerms` is new each time
  useEffect(() => {
    if (isSaved || wanted === undefined) return;
    const timer = setTimeout(() => changeTerms({ fulfilment: wanted }), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [described, isSaved]);
  return {
    ...draft,
    isComplete: wanted !== undefined,
    isSaved: isSaved && wanted !== undefined,
    change: (changes) => setText(JSON.stringify({ ...draft, ...changes })),
  };
}

function toDraft(fulfilment: Fulfilment | null): Draft {
  const { line1 = '', line2, city = '', region, postalCode, country } = fulfilment?.address ?? {};
  return {
    type: fulfilment?.type === 'DELIVERY' ? 'DELIVERY' : 'PICKUP',
    address: {
      line1,
      line2: line2 ?? '',
      city,
      region: region ?? '',
      postalCode: postalCode ?? '',
      country: country ?? guessCountry(),
    },
  };
}

/** Returns what the cart stores: null for a pickup, undefined while the address is incomplete. */
function toFulfilment({ type, address }: Draft): Fulfilment | null | undefined {
  if (type === 'PICKUP') return null;
  const read = (text: string) => text.trim().normalize('NFC');
  const line1 = read(address.line1);
  const city = read(address.city);
  if (line1 === '' || city === '' || address.country === '') return undefined;
  const optional = (text: string) => (read(text) === '' ? null : read(text));
  return {
    type,
    address: {
      line1,
      line2: optional(address.line2),
      city,
      region: optional(address.region),
      postalCode: optional(address.postalCode),
      country: address.country,
    },
  };
}

function describe(fulfilment: Fulfilment | null | undefined): string {
  return JSON.stringify(fulfilment ?? (fulfilment === null ? 'pickup' : 'incomplete'));
}
