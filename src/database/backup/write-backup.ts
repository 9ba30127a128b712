import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Database } from '../database.ts';
import { lockMigrations } from '../migrate.ts';
import { beginOn } from '../run-on-connection.ts';
import {
  listParts,
  listTables,
  readKeyIds,
  readMigrationRows,
  readSequences,
  type TableRow,
} from './describe-content.ts';
import {
  type BackedUpTable,
  BackupError,
  type BackupHeader,
  type BackupManifest,
  FORMAT,
  formatCopyLine,
  formatLine,
  ROWS_END,
} from './format.ts';
import { createNewFile } from './new-file.ts';

/** Higher levels take twice the time for a tenth of the size. */
const COMPRESSION_LEVEL = 3;
const CHUNK_BYTES = 256 * 1024;

export interface BackupOptions extends Pick<BackupHeader, 'product' | 'secrets'> {
  readonly database: Database;
  /** The public keys of the seals, and the function that signs a hash with the first of them; null without one. */
  readonly seal: { readonly publicKeys: readonly string[]; sign(hash: string): string } | null;
  /** Called with the bytes of tables that are done, by estimate. */
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes everything that Holdfast keeps, as it was at one moment, into a new file. Orders are taken meanwhile; a migration waits.
 * Throws BackupError if the file exists.
 */
export async function writeBackup(path: string, options: BackupOptions): Promise<BackupManifest> {
  const { database, signal } = options;
  let manifest: BackupManifest | undefined;
  await createNewFile(path, async (file) => {
    await using opened = new AsyncDisposableStack();
    const connect = async () => {
      const client = await database.connectForCopy();
      // An error of the connection is also that of the statement.
      client.on('error', () => {});
      const close = () => client.end().catch(() => {});
      opened.defer(close);
      // Whatever it waits for then fails.
      signal.addEventListener('abort', close, { once: true });
      signal.throwIfAborted();
      return client;
    };
    // Otherwise a migration would wait for the tables that are read, and everyone else for the migration.
    const guard = await connect();
    await beginOn(guard);
    await lockMigrations(guard, 'shared');
    const client = await connect();
    const tables = await takeSnapshot(guard, client);
    const compression = createZstdCompress({
      chunkSize: CHUNK_BYTES,
      params: {
        [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL,
        [constants.ZSTD_c_checksumFlag]: 1,
      },
    });
    const content = writeContent(client, tables, options, (done) => {
      manifest = done;
    });
    await pipeline(content, compression, file, { signal });
  });
  return manifest!;
}

/** Locks the tables before the snapshot is taken: one that is dropped or rewritten later would be empty in it. */
async function takeSnapshot(
  guard: pg.ClientBase,
  client: pg.ClientBase,
): Promise<readonly TableRow[]> {
  const tables = await listTables(guard);
  if (!tables.some(({ name }) => name === 'public.schema_migrations')) {
    throw new BackupError(
      'The database contains nothing of Holdfast: there is nothing to back up.',
    );
  }
  await beginOn(client, { mode: 'isolation level repeatable read read only' });
  const names = tables.map(({ name }) => name).join(', ');
  await client.query(`lock table ${names} in access share mode`);
  return tables;
}

async function* writeContent(
  client: pg.ClientBase,
  tables: readonly TableRow[],
  options: BackupOptions,
  onEnd: (manifest: BackupManifest) => void,
): AsyncGenerator<Buffer> {
  const whole = createHash('sha256');
  const toBytes = (text: string) => {
    const bytes = Buffer.from(text);
    whole.update(bytes);
    return bytes;
  };
  const { product, secrets, seal } = options;
  const { rows } = await client.query<{ at: Date; postgres: string }>(
    `select clock_timestamp() as at, current_setting('server_version') as postgres`,
  );
  const { at, postgres } = rows[0]!;
  const startedAt = at.toISOString();
  yield toBytes(
    formatLine('header', { format: FORMAT, product, startedAt, secrets } satisfies BackupHeader),
  );
  const migrations = await readMigrationRows(client);
  const keys = { ...(await readKeyIds(client)), seal: seal?.publicKeys ?? [] };
  const totalBytes = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  let doneBytes = 0;
  const written: BackedUpTable[] = [];
  for (const table of tables) {
    yield toBytes(formatCopyLine(table));
    const hash = createHash('sha256');
    let tableBytes = 0;
    const copy = client.query(copyTo(formatRead(table)));
    for await (const part of copy as AsyncIterable<Buffer>) {
      hash.update(part);
      whole.update(part);
      tableBytes += part.length;
      options.onProgress(doneBytes + Math.min(tableBytes, table.bytes), totalBytes);
      yield part;
    }
    doneBytes += table.bytes;
    options.onProgress(doneBytes, totalBytes);
    yield toBytes(ROWS_END);
    const { name, columns } = table;
    written.push({ name, columns, rows: copy.rowCount, sha256: hash.digest('hex') });
  }
  const manifest: BackupManifest = {
    snapshotAt: startedAt,
    endedAt: new Date().toISOString(),
    postgres,
    migrations,
    tables: written,
    parts: await listParts(client),
    sequences: await readSequences(client),
    keys,
  };
  yield toBytes(formatLine('manifest', manifest));
  const sha256 = whole.digest('hex');
  yield Buffer.from(formatLine('end', { sha256, signature: seal?.sign(sha256) ?? null }));
  onEnd(manifest);
}

/** COPY does not read the rows of parts by the name of their table. */
function formatRead({ name, columns, partitioned }: TableRow): string {
  const list = columns.join(', ');
  return partitioned
    ? `copy (select ${list} from ${name}) to stdout`
    : `copy ${name} (${list}) to stdout`;
}
