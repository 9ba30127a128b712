import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type CsvError, parse } from 'csv-parse';

const RECORD_LENGTH_MAX = 100_000;

export interface CsvRow {
  /** The line of the file on which the record ends; the header is line 1. */
  readonly line: number;
  readonly values: readonly string[];
}

/** A row that does not come in, and why. */
export interface RefusedRow {
  readonly line: number;
  readonly reason: string;
}

/**
 * Reads a CSV file (RFC 4180, UTF-8 with or without a byte order mark) row by row, the header first; a name that ends in
 * `.gz` is unpacked on the way. Records that cannot be read go to `onRefused`, the rest goes on. Throws when the file
 * cannot be opened or unpacked.
 */
export async function* readCsv(
  path: string,
  onRefused: (row: RefusedRow) => void,
): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    skip_records_with_error: true,
    max_record_size: RECORD_LENGTH_MAX,
  });
  parser.on('skip', (error: CsvError | undefined) => {
    if (error === undefined) return;
    onRefused({ line: Number(error.lines ?? 0), reason: 'This is no CSV record.' });
  });
  const source = createReadStream(path);
  const parts = path.endsWith('.gz') ? [source, createGunzip(), parser] : [source, parser];
  // The error reaches the loop below, since a pipeline destroys all of its streams with it.
  pipeline(parts, () => {});
  let width: number | undefined;
  for await (const entry of parser) {
    const { record, info } = entry as { record: string[]; info: { lines: number } };
    width ??= record.length;
    if (record.length !== width) {
      onRefused({
        line: info.lines,
        reason: `It has ${record.length} columns, the header ${width}.`,
      });
    } else if (record.some((value) => value.includes('\uFFFD'))) {
      onRefused({ line: info.lines, reason: 'It is not UTF-8.' });
    } else {
      yield { line: info.lines, values: record };
    }
  }
}
