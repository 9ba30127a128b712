import { createPostgresQueue } from '../../../src/drivers/queue/postgres/postgres-queue.ts';
import { testDatabase } from '../../support/database.ts';
import { queueContract } from './queue-contract.ts';

const { url } = await testDatabase();

queueContract('messages in PostgreSQL', {
  create: () => createPostgresQueue({ url, onError: () => {}, leaseSeconds: 10 }),
  leaseMs: 10_000,
  leaseSlackMs: 15_000,
  dropsRepeats: true,
});
