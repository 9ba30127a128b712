/**
 * A process that owns an embedded PostgreSQL in the folder of its first argument, for tests that kill it. It prints one
 * line of JSON, `{ url }` or `{ error }`, and stops gracefully on SIGINT.
 */
import { startEmbeddedPostgres } from '../../src/database/embedded/index.ts';

const [dataDir = ''] = process.argv.slice(2);
const report = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const server = await startEmbeddedPostgres({
    dataDir,
    log: { info() {}, warn() {} },
    settings: { fsync: 'off' },
  });
  process.on('SIGINT', () => void server.stop());
  report({ url: server.url });
} catch (error) {
  report({ error: error instanceof Error ? error.message : String(error) });
}
