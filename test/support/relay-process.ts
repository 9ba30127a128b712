import { once } from 'node:events';
import { createDatabase } from '../../src/database/database.ts';
import { createLogTail, createRelay } from '../../src/events/index.ts';

/**
 * A relay in a separate process, for tests that kill or freeze it: `node relay-process.ts <database url> <name>`. For
 * each batch it sends the parent the positions and waits for `go on`. `stop` ends it gracefully.
 */
const [url = '', name = ''] = process.argv.slice(2);
const database = createDatabase({ url, poolMax: 3, constraints: {} });
const onError = (error: unknown) => process.stderr.write(`${String(error)}\n`);
const tail = createLogTail({ database, onError });
const relay = createRelay({
  database,
  tail,
  name,
  async consume(_tx, events) {
    process.send?.(events.map(({ position }) => position));
    await once(process, 'message');
    return async () => {};
  },
  onError,
});
relay.start();
process.on('message', async (message) => {
  if (message !== 'stop') return;
  await relay.stop();
  await tail.stop();
  await database.close();
  process.disconnect();
});
process.once('disconnect', () => process.exit());
