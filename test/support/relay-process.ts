import { once } from 'node:events';
import { createDatabase } from '../../src/database/database.ts';
import { createRelay } from '../../src/events/index.ts';

/**
 * A relay in a separate process, for tests that kill or freeze it: `node relay-process.ts <database url> <name>`. For
 * each batch it sends the parent the positions and waits for `go on`. `stop` ends it gracefully.
 */
const [url = '', name = ''] = process.argv.slice(2);
const database = createDatabase({ url, poolMax: 3, constraints: {} });
const relay = createRelay({
  database,
  name,
  async consume(events) {
    process.send?.(events.map(({ position }) => position));
    await once(process, 'message');
  },
  onError: (error) => process.stderr.write(`${String(error)}\n`),
});
relay.start();
process.on('message', async (message) => {
  if (message !== 'stop') return;
  await relay.stop();
  await database.close();
  process.disconnect();
});
process.once('disconnect', () => process.exit());
