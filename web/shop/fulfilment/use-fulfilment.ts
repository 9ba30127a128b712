import { useEffect, useRef } from 'react';
import type { CartAccess } from '../cart.ts';
import { type Fulfilment, noDetails } from '../terms.ts';
import type { ShopSettings } from '../times/openings.ts';
import { useTypedText } from '../typed-text.ts';
import { type Draft, describeFulfilment, type MissingDetail, readDraft, toDraft } from './draft.ts';
import { usePhoneReader } from './phone.ts';
import { guessShopCountry } from './shop-country.ts';

export interface FulfilmentAccess {
  readonly draft: Draft;
  /** Null: the draft is complete. */
  readonly missing: MissingDetail | null;
  /** The cart has what the fields contain. */
  readonly isSaved: boolean;
  change(changes: Partial<Draft>): void;
}

/** A draft that was edited in this tab. */
interface StoredDraft extends Draft {
  /** What the cart had when it was edited. If it has something else now, another tab or device changed it since. */
  readonly base: string;
}

/** A change is sent when the customer has stopped typing for this time. */
const SETTLED_AFTER_MS = 400;

/** Returns how the cart is fulfilled, as it is being entered. It is saved in the cart as soon as it is complete. */
export function useFulfilment(
  { terms, isChanging, isLoading, changeTerms }: CartAccess,
  shop: ShopSettings,
): FulfilmentAccess {
  const { text, setText } = useTypedText('fulfilment');
  const country = guessShopCountry(shop.timeZone);
  const stated: Fulfilment = terms.fulfilment ?? { type: shop.fulfilmentTypes[0]!, ...noDetails };
  const inCart = describeFulfilment(stated);
  const stored = text === null ? null : (JSON.parse(text) as StoredDraft);
  const readPhone = usePhoneReader(stored?.phone ?? '');
  const readStored = stored === null ? null : readDraft(stored, { readPhone, country });
  const isCurrent =
    stored !== null &&
    (stored.base === inCart ||
      (readStored?.missing === null && describeFulfilment(readStored.fulfilment) === inCart));
  const draft = isCurrent
    ? stored
    : { ...toDraft(stated, { earlier: stored, country }), ...terms.unfinished };
  const reading = isCurrent ? readStored! : readDraft(draft, { readPhone: String, country });
  const wanted = reading.fulfilment;
  const described = wanted === null ? null : describeFulfilment(wanted);
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
    if (isSaved || isLoading || wanted === null || lastSent.current === described) return;
    const timer = setTimeout(() => {
      lastSent.current = described;
      changeTerms({ fulfilment: wanted });
    }, SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [described, inCart, isConfirmed, isLoading]);
  return {
    draft,
    missing: reading.missing,
    isSaved,
    change(changes) {
      setText(JSON.stringify({ ...draft, ...changes, base: inCart } satisfies StoredDraft));
    },
  };
}
