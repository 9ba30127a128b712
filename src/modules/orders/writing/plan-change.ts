import type { OrderChange } from './order-change.ts';
import type { OrderPlan } from './order-plan.ts';
import { planFulfil } from './plan-fulfilment.ts';
import { planImport, planPlace, planQueue } from './plan-new.ts';
import { planFailQueued, planPlaceQueued } from './plan-queued.ts';
import { planCancel, planMove, planPay } from './plan-step.ts';

/**
 * Plans a change. Pure. Whether the change is allowed was decided before; the database still refuses an illegal step.
 */
export function planChange(change: OrderChange): OrderPlan {
  switch (change.kind) {
    case 'place':
      return planPlace(change);
    case 'queue':
      return planQueue(change);
    case 'import':
      return planImport(change);
    case 'placeQueued':
      return planPlaceQueued(change);
    case 'failQueued':
      return planFailQueued(change);
    case 'move':
      return planMove(change);
    case 'cancel':
      return planCancel(change);
    case 'pay':
      return planPay(change);
    case 'fulfil':
      return planFulfil(change);
  }
}
