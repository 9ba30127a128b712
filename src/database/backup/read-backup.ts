import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import {
  type BackedUpTable,
  type BackupEnd,
  BackupError,
  type BackupHeader,
  type BackupManifest,
  FORMAT,
  formatCopyLine,
  linePrefixes,
  parseCopyLine,
  ROWS_END,
} from './format.ts';
import { createRowReader } from './row-reader.ts';

const CHUNK_BYTES = 256 * 1024;
/** The first bytes of what zstd compresses, in hexadecimal. Source: RFC 8878, section 3.1.1. */
const ZSTD_MAGIC = '28b52ffd';

/** What a backup says of itself. */
export interface BackupContent {
  readonly header: BackupHeader;
  readonly manifest: BackupManifest;
  readonly end: BackupEnd;
}

export interface ReadOptions {
  /** Receives the rows of each table, and has to read all of them. */
  readonly onTable?: (
    table: Pick<BackedUpTable, 'name' | 'columns'>,
    rows: AsyncIterable<Buffer>,
  ) => Promise<void>;
  /** Called with the bytes of the file that were read. */
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Reads a whole backup and compares it with the hashes in it. Throws BackupError if it is no backup, of a newer format, incomplete
 * or altered, with the path and what is wrong.
 */
export async function readBackup(path: string, options: ReadOptions): Promise<BackupContent> {
  try {
    return await read(path, options);
  } catch (error) {
    throw explain(path, error);
  }
}

function explain(path: string, error: unknown): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error instanceof BackupError) {
    return new BackupError(`${path} cannot be restored. ${message}`, { cause: error });
  }
  if (code === 'Z_BUF_ERROR') {
    return new BackupError(`${path} cannot be restored. It is incomplete: it ends in the middle.`);
  }
  if (/^(ZSTD_|Z_|ERR_ZSTD)/.test(code)) {
    return new BackupError(`${path} cannot be restored. It was altered or damaged: ${message}.`);
  }
  return error;
}

async function read(path: string, { onTable, onProgress }: ReadOptions): Promise<BackupContent> {
  const { size } = await stat(path);
  await requireBackup(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  file.on('data', () => onProgress(file.bytesRead, size));
  // An error reaches the reader of the last stream.
  const content = pipeline(file, createZstdDecompress({ chunkSize: CHUNK_BYTES }), () => {});
  const lines = createRowReader(content[Symbol.asyncIterator]());
  try {
    const whole = createHash('sha256');
    const header = parseHeader(await lines.readLine(), whole);
    const tables: Omit<BackedUpTable, 'rows'>[] = [];
    for (;;) {
      const line = await lines.readLine();
      const table = line === null ? null : parseCopyLine(line);
      if (table === null) {
        const manifest = parseLine<BackupManifest>('manifest', line);
        const end = parseLine<BackupEnd>('end', await lines.readLine());
        whole.update(`${line}\n`);
        if (whole.digest('hex') !== end.sha256) throw altered('Its hash is another one.');
        if ((await lines.readLine()) !== null) throw altered('Something follows its end.');
        requireSameTables(manifest, tables);
        return { header, manifest, end };
      }
      whole.update(formatCopyLine(table));
      const hash = createHash('sha256');
      const rows = hashRows(lines.readRows(), [hash, whole]);
      if (onTable === undefined) for await (const _ of rows);
      else await onTable(table, rows);
      whole.update(ROWS_END);
      tables.push({ ...table, sha256: hash.digest('hex') });
    }
  } finally {
    file.destroy();
  }
}

/** Refuses other files at once. */
async function requireBackup(path: string): Promise<void> {
  const file = await open(path);
  try {
    const beginning = Buffer.alloc(ZSTD_MAGIC.length / 2);
    await file.read(beginning);
    if (beginning.toString('hex') !== ZSTD_MAGIC) throw noBackup();
  } finally {
    await file.close();
  }
}

function parseHeader(line: string | null, whole: Hash): BackupHeader {
  if (line?.startsWith(linePrefixes.header) !== true) throw noBackup();
  const header = parseLine<BackupHeader>('header', line);
  if (header.format > FORMAT) {
    throw new BackupError(
      `It was made by Holdfast ${header.product}, whose backups have a newer form than this version reads. Restore it with that version.`,
    );
  }
  whole.update(`${line}\n`);
  return header;
}

function parseLine<Content>(kind: keyof typeof linePrefixes, line: string | null): Content {
  const prefix = linePrefixes[kind];
  if (line === null) throw new BackupError('It is incomplete: its end is missing.');
  try {
    if (line.startsWith(prefix)) return JSON.parse(line.slice(prefix.length)) as Content;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw altered('A line of it is not what was written.');
}

async function* hashRows(
  rows: AsyncIterable<Buffer>,
  hashes: readonly Hash[],
): AsyncGenerator<Buffer> {
  for await (const part of rows) {
    for (const hash of hashes) hash.update(part);
    yield part;
  }
}

/** Compares what was read with the manifest: a row of it could have been written for other hashes. */
function requireSameTables(
  { tables }: BackupManifest,
  found: readonly Omit<BackedUpTable, 'rows'>[],
): void {
  const isSame =
    tables.length === found.length &&
    tables.every(
      (table, at) =>
        table.sha256 === found[at]!.sha256 && formatCopyLine(table) === formatCopyLine(found[at]!),
    );
  if (!isSame) throw altered('Its tables are not those of its manifest.');
}

function noBackup(): BackupError {
  return new BackupError('It is no backup of Holdfast.');
}

function altered(what: string): BackupError {
  return new BackupError(`It was altered or damaged. ${what}`);
}
