import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const shopErrors = defineErrors('shop', {
  versionConflict: [
    409,
    'The settings of the shop have changed since you read them.',
    '`currentVersion` is their current version. Read them again before you retry.',
  ],
});

/** Refusals about the way, the place and the time of an order. */
export const fulfilmentErrors = defineErrors('fulfilment', {
  typeNotOffered: [
    409,
    'The shop does not offer this type of fulfilment.',
    '`fulfilmentTypes` of the shop lists what it offers now.',
  ],
  outOfArea: [
    409,
    'The shop does not deliver to this address.',
    'No delivery charge covers its postal code. Choose another address or type.',
  ],
  timeNotAvailable: [
    409,
    'The order cannot be fulfilled at this time.',
    'The shop is closed then, the time is too soon or too far away, or it is not the beginning of a slot. `nextTimes` lists up to six times that can be chosen.',
  ],
  slotFull: [
    409,
    'There is no place left at this time.',
    'Other orders have taken the places of the slot. `nextTimes` lists up to six times that are still free.',
  ],
  notChangeable: [
    409,
    'The fulfilment of this order can no longer be changed.',
    'It is too close to its time, being prepared, or over. Ask the shop.',
  ],
});

/** Constraints of this module's tables whose violation is reported to the caller. */
export const schedulingConstraints: Readonly<Record<string, ErrorDefinition>> = {
  slots_places_check: fulfilmentErrors.slotFull,
};
