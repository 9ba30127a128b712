import { CodedError, defineErrors } from '../../shared/errors.ts';

const RETRY_AFTER_SECONDS = 5;

export const paymentsErrors = defineErrors('payments', {
  notFound: [404, 'There is no such payment.', 'It does not exist, or it is not yours.'],
  notPayable: [
    409,
    'This order cannot be paid now.',
    'It is paid already, or it has ended. Read the order to see where it stands.',
  ],
  notCaptured: [
    409,
    'Nothing was paid that could be given back.',
    'No money has come in for this payment.',
  ],
  refundExceedsCaptured: [
    409,
    'That is more than is left of the payment.',
    '`left` is what can still be given back. Refunds count from their creation until they fail.',
  ],
  chargeAmbiguous: [
    409,
    'Several charges of this payment have money left.',
    'Say by `providerReference` which of them goes back; `charges` lists them with the amount that each still holds.',
  ],
  invalidSignature: [
    400,
    'The signature of this webhook is not valid.',
    'It was not signed with the secret that is configured, was altered, or is older or newer than five minutes. Nothing was stored.',
  ],
  invalidEvent: [
    400,
    'This event cannot be read.',
    'It is genuine, but a field is missing or not of its type. Nothing was stored.',
  ],
  providerUnavailable: [
    503,
    'The payment provider cannot be reached right now.',
    'The payment stays open. Send the same request again after the number of seconds in `Retry-After`: nothing is charged twice.',
  ],
});

export function providerUnavailable(cause: unknown): CodedError {
  return new CodedError(paymentsErrors.providerUnavailable, {
    cause,
    headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
  });
}
