import { defineErrors } from '../../../shared/errors.ts';

export const sandboxErrors = defineErrors('sandbox', {
  sessionOver: [
    409,
    'This payment page is over.',
    'It was paid, declined, closed, or its time has passed. Begin a new payment in the shop.',
  ],
});
