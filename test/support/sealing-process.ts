import { createDatabase } from '../../src/database/database.ts';
import { createSealKeys, sealLogs } from '../../src/seals/index.ts';

/** Seals in a separate process, for tests that kill it: `node sealing-process.ts <database url> <key>`. Tells its parent of each seal. */
const [url = '', key = ''] = process.argv.slice(2);
const database = createDatabase({ url, poolMax: 1, constraints: {} });
await sealLogs(
  {
    database,
    keys: createSealKeys([key]),
    async onSeal() {
      return async () => {
        process.send?.('sealed');
      };
    },
  },
  new AbortController().signal,
);
await database.close();
process.disconnect?.();
