import type { Settings } from './session-settings.ts';

/**
 * Plans are kept per connection, those of foreign key checks too. One that was made while a table was small reads the
 * whole table and stays so until the next analyze, a minute away at worst: on a new shop under load, 22 ms a batch
 * instead of 2. A short transaction never wants a sequential scan, so none is planned where an index serves. Then a plan is
 * good for every value too: without the last setting, a statement that takes an array is planned anew each time, which
 * took a twentieth of the database's time for a checkout.
 */
export const FOR_TRANSACTIONS =
  '; set local enable_seqscan = off; set local jit = off; set local plan_cache_mode = force_generic_plan';

/**
 * A short statement is read off an index whose order it has: whatever else the planner may take it for, by its guesses
 * about the values or by statistics that are old, costs more.
 */
export const FOR_SHORT: Settings = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_sort: 'off',
  jit: 'off',
};
