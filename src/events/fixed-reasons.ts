/**
 * The reasons that the program itself gives. They say nothing of a person and are stored as they are; every other reason
 * is somebody's text, and stored as ciphertext. The database knows them as `is_fixed_reason`: a new one needs a migration
 * that adds it there.
 */
export const fixedReasons = {
  initialStock: 'Initial stock.',
  paid: 'It was paid.',
  nothingToPay: 'There is nothing to pay.',
  notPaidInTime: 'It was not paid in time.',
  unknownPayment: 'No such payment is known.',
  refundedByAdmin: 'An admin refunded it.',
  orderCancelled: 'The order was cancelled.',
  orderEnded: 'It arrived after the order had ended.',
  alreadyPaid: 'The order was already paid.',
  notMatching: 'It did not match, and no money is due for the order any more.',
  refundedAtProvider: 'It was refunded at the provider.',
} as const;

const texts: ReadonlySet<string> = new Set(Object.values(fixedReasons));

export function isFixedReason(reason: string): boolean {
  return texts.has(reason);
}
