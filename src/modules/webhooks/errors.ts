import { defineErrors } from '../../shared/errors.ts';

export const webhooksErrors = defineErrors('webhooks', {
  notFound: [
    404,
    'There is no such webhook endpoint or delivery.',
    'It does not exist, was deleted, or the delivery belongs to another endpoint.',
  ],
  endpointInactive: [
    409,
    'This webhook endpoint is switched off.',
    'Nothing is sent to it. Switch it on again with `active: true`; a replay sends what happened meanwhile.',
  ],
  endpointLimit: [
    409,
    'There are as many webhook endpoints as there may be.',
    'Every event is written down once for each endpoint, so their number is bounded. Delete one first.',
  ],
});
