import './order.css';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type BodyOf, type Order, readBody } from '../../shared/api.ts';
import { useNow } from '../../shared/use-now.ts';
import { AddressFields } from '../fulfilment/address-fields.tsx';
import { ContactFields } from '../fulfilment/contact-fields.tsx';
import { type Draft, hasTime, readDraft, toDraft } from '../fulfilment/draft.ts';
import { InstructionsField } from '../fulfilment/fulfilment-field.tsx';
import { usePhoneReader } from '../fulfilment/phone.ts';
import { guessShopCountry } from '../fulfilment/shop-country.ts';
import { apiForOrder } from '../order-tokens.ts';
import { hasCode, Problem } from '../parts/problem.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { type Fulfilment, hasAddress } from '../terms.ts';
import type { ShopSettings } from '../times/openings.ts';
import { TimeField } from '../times/time-field.tsx';
import { findTimeTrouble } from '../times/time-trouble.ts';

interface ChangeOrderProps {
  readonly order: Order;
  readonly shop: ShopSettings;
}

const NOW_MS = 30_000;

/** Opens a sheet to change when and where an order is, while the server may accept it. */
export function ChangeOrder({ order, shop }: ChangeOrderProps) {
  const [isOpen, setIsOpen] = useState(false);
  const nowMs = useNow(NOW_MS);
  if (!mayChange(order, shop, nowMs)) return null;
  return (
    <>
      <button
        type="button"
        className="button quiet-button"
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
      >
        {describeAction(order)}
      </button>
      {isOpen && <ChangeSheet order={order} shop={shop} onClose={() => setIsOpen(false)} />}
    </>
  );
}

/** Customers may while it is unpaid, and until the shop needs its lead time. */
function mayChange({ status, fulfilment }: Order, shop: ShopSettings, nowMs: number): boolean {
  if (status === 'PENDING') return true;
  if (status !== 'CONFIRMED' || fulfilment.promisedFor === null) return false;
  return Date.parse(fulfilment.promisedFor) - nowMs > shop.leadMinutes * 60_000;
}

function describeAction({ fulfilment: { type } }: Order): string {
  if (!hasTime(type)) return 'Change the address';
  return hasAddress(type) ? 'Change the time or address' : 'Change the time';
}

function ChangeSheet({ order, shop, onClose }: ChangeOrderProps & { onClose(): void }) {
  const queries = useQueryClient();
  const now = new Date(useNow(NOW_MS));
  const country = guessShopCountry(shop.timeZone);
  const [draft, setDraft] = useState(() => toDraft(order.fulfilment, { earlier: null, country }));
  const readPhone = usePhoneReader(draft.phone);
  const { fulfilment, missing } = readDraft(draft, { readPhone, country });
  const { id, version } = order;
  const save = useMutation({
    mutationFn: (body: BodyOf<'changeFulfilment'>) =>
      readBody(
        apiForOrder(id).PATCH('/api/orders/{id}/fulfilment', {
          params: { path: { id } },
          body: { ...body, version },
        }),
      ),
    onSuccess(changed) {
      queries.setQueryData(['order', id], changed);
      onClose();
    },
    onSettled: () => {
      queries.invalidateQueries({ queryKey: ['order', id] });
      queries.invalidateQueries({ queryKey: ['slots'] });
    },
  });
  const change = (changes: Partial<Draft>) => {
    save.reset();
    setDraft({ ...draft, ...changes });
  };
  const trouble = findTimeTrouble(hasCode(save.error) ? [save.error.problem] : [], shop, now);
  const { type } = draft;
  return (
    <Sheet title={describeAction(order)} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (fulfilment !== null) save.mutate(listChanges(order.fulfilment, fulfilment));
        }}
      >
        <div className="sheet-body fulfilment">
          {hasTime(type) && (
            <TimeField
              {...{ shop, type, trouble }}
              requestedFor={draft.requestedFor}
              onChange={(requestedFor) => change({ requestedFor })}
            />
          )}
          {hasAddress(type) && (
            <>
              <AddressFields address={draft.address} onChange={(address) => change({ address })} />
              <InstructionsField
                instructions={draft.instructions}
                onChange={(instructions) => change({ instructions })}
              />
            </>
          )}
          <ContactFields draft={draft} isPhoneWrong={missing === 'phone'} onChange={change} />
        </div>
        <footer className="sheet-foot">
          {trouble === null && <Problem error={save.error} />}
          <p className="obstacle" role="status">
            {missing === 'address' &&
              'Enter the address for the delivery: street, town and country.'}
          </p>
          <div className="sheet-end">
            <button
              type="submit"
              className="button"
              disabled={fulfilment === null || save.isPending}
            >
              {save.isPending ? 'Saving…' : 'Save'}
            </button>
          </div>
        </footer>
      </form>
    </Sheet>
  );
}

/** Returns the members that differ: a time that stays is not checked again. */
function listChanges(before: Fulfilment, after: Fulfilment): BodyOf<'changeFulfilment'> {
  const differs = (member: keyof Fulfilment) =>
    JSON.stringify(before[member]) !== JSON.stringify(after[member]);
  const { requestedFor, contact, address, instructions } = after;
  return {
    ...(differs('requestedFor') ? { requestedFor } : {}),
    ...(differs('contact') ? { contact } : {}),
    ...(differs('address') ? { address } : {}),
    ...(differs('instructions') ? { instructions } : {}),
  };
}
