import { defineErrors } from '../../shared/errors.ts';

export const operationsErrors = defineErrors('operations', {
  notFound: [
    404,
    'There is no such dead letter.',
    'It does not exist, or it has already been redriven. Read the list of dead letters again.',
  ],
});
