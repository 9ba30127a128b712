import { CodedError, defineErrors } from '../../shared/errors.ts';

const RETRY_AFTER_SECONDS = 5;

export const paymentsErrors = defineErrors('payments', {
  notFound: [404, 'There is no such payment.', 'It does not exist, or it is not yours.'],
  notPayable: [
    409,
    'This order cannot be paid now.',
    'It is already paid, or it has ended. Read the order to see its status.',
  ],
  notCaptured: [409, 'There is nothing to refund.', 'No money has been received for this payment.'],
  refundExceedsCaptured: [
    409,
    'The amount exceeds what can still be refunded.',
    '`left` is the amount that can still be refunded. A refund counts from its creation unless it fails.',
  ],
  chargeAmbiguous: [
    409,
    'Several charges of this payment can still be refunded.',
    'Name one by `providerReference`. `charges` lists them with the amount that each has left.',
  ],
  refundLimit: [
    409,
    'This API key may not refund that much.',
    'What a key refunds within an hour is limited by its `refundMax`, in the minor unit. `left` is the amount that it can still refund now. A failed refund does not count.',
  ],
  invalidSignature: [
    400,
    'The signature of this webhook is not valid.',
    'It was not signed with the configured secret, was altered, or its timestamp differs by more than five minutes. Nothing was stored.',
  ],
  invalidEvent: [
    400,
    'This event cannot be read.',
    'It is genuine, but a field is missing or has the wrong type. Nothing was stored.',
  ],
  providerUnavailable: [
    503,
    'The payment provider cannot be reached right now.',
    'The payment stays open. Send the same request again after the seconds in `Retry-After`: nothing is charged twice.',
  ],
});

export function providerUnavailable(cause: unknown): CodedError {
  return new CodedError(paymentsErrors.providerUnavailable, {
    cause,
    headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
  });
}
