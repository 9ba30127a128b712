import type { Queryable } from '../../../database/statement.ts';
import { readBySlices } from '../../../shared/read-all.ts';
import type { Person, PersonalLists } from '../../personal-data.ts';
import { collectDeliveries } from './collect-queries.ts';

export function collect(db: Queryable, { orderIds }: Person): PersonalLists {
  return { deliveries: readBySlices(orderIds, (slice) => collectDeliveries(db, slice)) };
}
