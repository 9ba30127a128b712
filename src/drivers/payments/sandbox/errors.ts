import { defineErrors } from '../../../shared/errors.ts';

export const sandboxErrors = defineErrors('sandbox', {
  sessionOver: [
    409,
    'This payment page is no longer active.',
    'It was paid, declined or closed, or it has expired. Start a new payment in the shop.',
  ],
});
