import { useEffect, useRef } from 'react';
import { guessCountry } from '../../shared/countries.ts';
import type { CartAccess } from '../cart.ts';
import { useStoredText } from '../stored-text.ts';
import { type Address, type Fulfilment, noDetails } from '../terms.ts';

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

/** A draft that was edited in this tab. */
interface StoredDraft extends Draft {
  /** What the cart had when it was edited. If it has something else now, another tab or device changed it since. */
  readonly base: string;
}

/** A change is sent when the customer has stopped typing for this time. */
const SETTLED_AFTER_MS = 400;

/** Returns how the cart is fulfilled, as it is being entered. It is saved in the cart as soon as it is complete. */
export function useFulfilment({ terms, isChanging, changeTerms }: CartAccess): FulfilmentAccess {
  const { text, setText } = useStoredText('fulfilment');
  const stored = text === null ? null : (JSON.parse(text) as StoredDraft);
  const inCart = describe(toFulfilment(toDraft(terms.fulfilment, null)));
  const isCurrent =
    stored !== null && [stored.base, describe(toFulfilment(stored))].includes(inCart);
  const draft = isCurrent ? stored : toDraft(terms.fulfilment, stored);
  const wanted = toFulfilment(draft);
  const described = describe(wanted);
  const isSaved = described === inCart;

  // A refused change is not sent again until it is edited.
  const lastSent = useRef<string | null>(null);
  const isConfirmed = isSaved && !isChanging;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `described` is the draft, and the functions are new each time
  useEffect(() => {
    if (isConfirmed) {
      lastSent.current = null;
      if (isCurrent && stored.base !== inCart) {
        setText(JSON.stringify({ ...stored, base: inCart } satisfies StoredDraft));
      }
    }
    if (isSaved || wanted === undefined || lastSent.current === described) return;
    const timer = setTimeout(() => {
      lastSent.current = described;
      changeTerms({ fulfilment: wanted });
    }, SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [described, inCart, isConfirmed]);
  return {
    type: draft.type,
    address: draft.address,
    isComplete: wanted !== undefined,
    isSaved,
    change({ type = draft.type, address = draft.address }) {
      setText(JSON.stringify({ type, address, base: inCart } satisfies StoredDraft));
    },
  };
}

/** Builds the draft of what the cart has. A pickup keeps the address that was entered before. */
function toDraft(fulfilment: Fulfilment | null, earlier: Draft | null): Draft {
  const address = fulfilment?.address ?? null;
  return {
    type: fulfilment?.type === 'DELIVERY' ? 'DELIVERY' : 'PICKUP',
    address:
      address === null
        ? (earlier?.address ?? { ...noAddress, country: guessCountry() })
        : {
            ...address,
            line2: address.line2 ?? '',
            region: address.region ?? '',
            postalCode: address.postalCode ?? '',
          },
  };
}

const noAddress: AddressTexts = {
  line1: '',
  line2: '',
  city: '',
  region: '',
  postalCode: '',
  country: '',
};

/** Returns what the cart stores: null for a pickup, undefined while the address is incomplete. */
function toFulfilment({ type, address }: Draft): Fulfilment | null | undefined {
  if (type === 'PICKUP') return null;
  const read = (text: string) => text.trim().normalize('NFC');
  const line1 = read(address.line1);
  const city = read(address.city);
  if (line1 === '' || city === '' || address.country === '') return undefined;
  const optional = (text: string) => (read(text) === '' ? null : read(text));
  return {
    ...noDetails,
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
