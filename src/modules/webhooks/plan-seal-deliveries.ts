import type { Transaction } from '../../database/database.ts';
import type { NewJob } from '../../jobs/index.ts';
import type { Seal } from '../../seals/index.ts';
import { derivedId } from '../../shared/ids.ts';
import { enqueue } from './delivery-queues.ts';
import { sealType } from './endpoint.ts';
import { findActiveEndpoints } from './queries.ts';

/**
 * Records to which endpoints a new seal is sent, and returns the jobs. Called in the transaction of the seal. It is sent to
 * endpoints that name its type, each seal on its own: a receiver that refuses one holds back no others.
 */
export async function planSealDeliveries(tx: Transaction, seal: Seal): Promise<readonly NewJob[]> {
  const endpoints = await findActiveEndpoints(tx);
  const delivery = {
    eventId: derivedId(sealType, seal.hash),
    eventType: sealType,
    eventPosition: null,
    orderId: null,
    sealNumber: seal.number,
  };
  const deliveries = endpoints
    .filter(({ eventTypes }) => eventTypes.includes(sealType))
    .map(({ id }) => ({ ...delivery, endpointId: id }));
  return enqueue(tx, deliveries, { reopen: false });
}
