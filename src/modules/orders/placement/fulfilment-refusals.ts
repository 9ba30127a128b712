import { requestErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { fulfilmentErrors } from '../../scheduling/index.ts';
import { ordersErrors } from '../errors.ts';
import type { FulfilmentRefusal } from './decide-fulfilment.ts';

/** Returns the error for a place that others took again and again, so that the next free times are not known. */
export function slotFullError(): CodedError {
  return new CodedError(fulfilmentErrors.slotFull, { extensions: { nextTimes: [] } });
}

/** Returns the error for a time or a place that an order cannot have. */
export function toFulfilmentRefusal(refusal: FulfilmentRefusal): CodedError {
  switch (refusal.kind) {
    case 'shop_paused':
      return new CodedError(ordersErrors.shopPaused, {
        extensions: { until: refusal.until?.toISOString() ?? null },
      });
    case 'shop_closed':
      return new CodedError(ordersErrors.shopClosed, {
        extensions: { opensAt: refusal.opensAt?.toISOString() ?? null },
      });
    case 'type_not_offered':
      return new CodedError(fulfilmentErrors.typeNotOffered);
    case 'missing_details':
      return new CodedError(requestErrors.invalid, { errors: refusal.errors });
    case 'out_of_area':
      return new CodedError(fulfilmentErrors.outOfArea);
    case 'time_not_available':
    case 'slot_full': {
      const { timeNotAvailable, slotFull } = fulfilmentErrors;
      const nextTimes = refusal.nextTimes.map((time) => time.toISOString());
      const definition = refusal.kind === 'slot_full' ? slotFull : timeNotAvailable;
      return new CodedError(definition, { extensions: { nextTimes } });
    }
  }
}
