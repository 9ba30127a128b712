import { defineErrors } from '../../shared/errors.ts';

export const webhooksErrors = defineErrors('webhooks', {
  notFound: [
    404,
    'There is no such webhook endpoint or delivery.',
    'It does not exist, was deleted, or the delivery belongs to another endpoint.',
  ],
  endpointInactive: [
    409,
    'This webhook endpoint is disabled.',
    'Nothing is sent to it. Enable it with `active: true`; a replay sends what happened in the meantime.',
  ],
  endpointLimit: [
    409,
    'The maximum number of webhook endpoints is reached.',
    'Every event is recorded for each endpoint, so their number is limited. Delete one first.',
  ],
});
