import { statement } from '../../../database/statement.ts';

/** Removes the reasons that people gave for their corrections, which only a function of the owner may do. */
export const forgetReasons = statement<[actorIds: readonly string[]], never>(
  'inventory.forget_reasons',
  'select forget_movement_reasons($1::uuid[])',
);
