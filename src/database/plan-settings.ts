import type { Settings } from './session-settings.ts';

/**
 * Plans are cached per connection, those of foreign key checks too. A plan made while a table was small scans the whole
 * table until the next analyze, which takes up to a minute: in a new shop under load, 22 ms per batch instead of 2. A
 * short transaction never needs a sequential scan, so none is planned where an index can be used. Such a plan also
 * suits every value: without the last setting, a statement with an array parameter is planned each time, which took a
 * twentieth of the database's time for a checkout.
 */
export const FOR_TRANSACTIONS =
  '; set local enable_seqscan = off; set local jit = off; set local plan_cache_mode = force_generic_plan';

/**
 * A short statement reads an index in its order. Any other plan that the planner might choose because of estimates or
 * outdated statistics costs more.
 */
export const FOR_SHORT: Settings = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_sort: 'off',
  jit: 'off',
};

/**
 * A report on rows with given ids, or on all rows if the ids are null: only with its values can it be planned. It reads
 * by indexes, whether or not there are statistics yet.
 */
export const FOR_SELECTED_ROWS =
  '; set local enable_seqscan = off; set local jit = off; set local plan_cache_mode = force_custom_plan';
