import type { Caller } from '../../../shared/caller.ts';
import { CodedError, type InputError } from '../../../shared/errors.ts';
import { parseEmail } from '../../accounts/index.ts';
import { type FulfilmentInput, phoneErrors } from '../fulfilment/fulfilment-input.ts';
import { parsePhone } from '../fulfilment/phone.ts';
import type { GuestInput } from '../schemas.ts';
import { isOwnOrder } from './placement-input.ts';
import type { RequestedGuest } from './request.ts';

interface GuestOrder {
  readonly guest?: GuestInput;
  readonly customerId?: string;
  readonly fulfilment?: FulfilmentInput;
}

/** Returns the invalid locations of the guest that a request names. */
export function guestErrors(
  caller: Caller | null,
  { guest, customerId, fulfilment }: GuestOrder,
): InputError[] {
  if (guest === undefined) return [];
  if (caller !== null && isOwnOrder(caller)) {
    return [{ pointer: '/guest', detail: 'You are signed in: the order is yours.' }];
  }
  if (caller !== null && customerId !== undefined) {
    return [{ pointer: '/guest', detail: 'An order is for a customer or for a guest.' }];
  }
  const { email, name = '', phone = '' } = guest;
  const errors = phoneErrors(phone, findCountry(fulfilment), '/guest/phone');
  if (email !== undefined) return [...emailErrors(email), ...errors];
  if (caller === null) {
    return [
      { pointer: '/guest/email', detail: 'The address for the mails about the order.' },
      ...errors,
    ];
  }
  if (name === '' && phone === '') {
    return [{ pointer: '/guest', detail: 'State a name, a phone number or an e-mail address.' }];
  }
  return errors;
}

/** Returns a valid guest. A phone number in national form is one of the country of the address. */
export function toGuest(
  { email, name = '', phone = '' }: GuestInput,
  fulfilment: FulfilmentInput | undefined,
): Omit<RequestedGuest, 'network'> {
  return {
    email: email === undefined ? null : parseEmail(email),
    name,
    phone: phone === '' ? null : parsePhone(phone, findCountry(fulfilment)),
  };
}

function findCountry(fulfilment: FulfilmentInput | undefined): string | null {
  return fulfilment?.address?.country ?? null;
}

function emailErrors(email: string): readonly InputError[] {
  try {
    parseEmail(email, '/guest/email');
    return [];
  } catch (error) {
    if (error instanceof CodedError) return error.details.errors ?? [];
    throw error;
  }
}
