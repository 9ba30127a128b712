import { storageKey } from '../shared/paths.ts';
import { typedTexts } from '../shared/typed-texts.ts';
import { type Fulfilment, hasAddress, noDetails, noTerms, type Terms } from './terms.ts';

const KEY = storageKey('terms');
/** Among the typed texts. */
const DETAILS = 'guest-details';

/** What tells who a guest is and where they live. It is not stored in the browser. */
type PersonalDetails = Pick<Fulfilment, 'contact' | 'address' | 'instructions'>;
const noPersonalDetails: PersonalDetails = { contact: null, address: null, instructions: null };

let current: Terms | null = null;
const listeners = new Set<() => void>();

function changedHere(): void {
  current = null;
  for (const listener of listeners) listener();
}

addEventListener('storage', ({ key }) => {
  if (key === null || key === KEY) changedHere();
});
typedTexts.onClear(changedHere);

function readStored(): Terms {
  try {
    return { ...noTerms, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Terms>) };
  } catch {
    return noTerms;
  }
}

/** Returns what is stored with what this tab knows besides. A delivery of which it has no address is not stated. */
function readTerms(): Terms {
  const terms = readStored();
  const { fulfilment } = terms;
  if (fulfilment === null) return terms;
  const typed = typedTexts.read(DETAILS);
  const details = typed === null ? noPersonalDetails : (JSON.parse(typed) as PersonalDetails);
  if (hasAddress(fulfilment.type) && details.address === null) {
    const { type, requestedFor } = fulfilment;
    return { ...terms, fulfilment: null, unfinished: { type, requestedFor } };
  }
  return { ...terms, fulfilment: { ...noDetails, ...fulfilment, ...details } };
}

function store({ fulfilment, unfinished, ...others }: Terms): void {
  if (fulfilment !== null) {
    const { contact, address, instructions } = fulfilment;
    typedTexts.write(DETAILS, JSON.stringify({ contact, address, instructions }));
  }
  const stored = fulfilment === null ? unfinished : { ...fulfilment, ...noPersonalDetails };
  localStorage.setItem(KEY, JSON.stringify({ ...others, fulfilment: stored }));
}

/** An earlier version of this page stored everything. What it stored goes on in this tab. */
function takeDetails(): void {
  const terms = readStored();
  const { contact, address, instructions } = { ...noPersonalDetails, ...terms.fulfilment };
  if ((contact ?? address ?? instructions) !== null) store(terms);
}
takeDetails();

/**
 * The codes, tip and fulfilment of a guest's cart, stored in this browser until the guest signs in; contact and address only
 * in this tab.
 */
export const guestTerms = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read(): Terms {
    current ??= readTerms();
    return current;
  },
  change(changes: Partial<Terms>): void {
    store({ ...readTerms(), ...changes });
    changedHere();
  },
  clear(): void {
    localStorage.removeItem(KEY);
    typedTexts.write(DETAILS, null);
    changedHere();
  },
};
