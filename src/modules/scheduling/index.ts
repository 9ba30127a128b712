/**
 * Scheduling: when the shop takes orders and for when. Owns its settings (hours, pauses, types of fulfilment, slots), the
 * calculation of openings and slots, and how many orders have a place in a slot. A transaction locks slots in the order of
 * time, after orders and discounts and before stock.
 */
export { createScheduling } from './create-scheduling.ts';
export { schedulingDeclaration } from './declaration.ts';
export { fulfilmentErrors } from './errors.ts';
export { findShopSettings } from './settings/find-settings.ts';
export type { ShopSettings } from './settings/settings.ts';
export {
  checkTime,
  type TimeRefusal,
  type WantedTime,
} from './slots/check-time.ts';
export {
  findSlots,
  lockSlots,
  minutesOfHorizon,
  minutesOfNextDay,
  toKnownSlots,
  type WantedSlots,
} from './slots/find-slots.ts';
export {
  holdSlots,
  isSlotFull,
  leaveSlots,
  moveSlot,
  releaseSlots,
  type SlotPlace,
} from './slots/hold-slots.ts';
export {
  createSlotBook,
  type KnownSlots,
  type SlotBook,
  type SlotCount,
  SlotsUnreadError,
} from './slots/slot-book.ts';
export { findHeldSlot } from './slots/slot-queries.ts';
export { hasSlots, limitsSlots } from './times/slots.ts';
