import { readFields } from './csv-fields.ts';
import { FileError } from './file-error.ts';
import { type FileLine, readLines } from './read-lines.ts';
import {
  type CsvRecord,
  type CsvShape,
  RECORD_LENGTH_MAX,
  RecordReader,
  readLiterally,
} from './record-reader.ts';

/**
 * Reads a CSV file (RFC 4180) record by record, in one batch per chunk of the file. Text that violates the format
 * becomes a record with a fault. A quote that is not closed where it must be affects only its own line: reading
 * restarts at the next line. If its text has lines that look like records, all of them are affected. Empty rows are
 * skipped. Throws `FileError` for a file without a header or without records, and what `shapeOf` throws.
 */
export async function* readCsv(
  path: string,
  shapeOf: (header: readonly string[]) => CsvShape,
): AsyncGenerator<CsvRecord[]> {
  const header = new HeaderReader();
  let reader: RecordReader | null = null;
  let count = 0;
  for await (const lines of readLines(path)) {
    const records: CsvRecord[] = [];
    for (const line of lines) {
      if (reader !== null) {
        reader.push(line, records);
        continue;
      }
      const names = header.push(line);
      if (names === null) continue;
      const shape = shapeOf(names);
      header.requireNoRecords(shape);
      reader = new RecordReader(names, shape);
    }
    count += records.length;
    if (records.length > 0) yield records;
  }
  if (reader === null) throw header.unclosed() ?? new FileError('The file is empty.');
  const last: CsvRecord[] = [];
  reader.end(last);
  if (last.length > 0) yield last;
  if (count + last.length === 0) {
    throw new FileError('The file has a header and nothing below it: check how it was written.');
  }
}

/** Reads the first record, which must be valid. */
class HeaderReader {
  readonly #lines: FileLine[] = [];
  #values: readonly string[] = [];
  #open: string | null = null;
  #length = 0;

  /** Returns the names of the columns; null until the header is complete. */
  push(line: FileLine): readonly string[] | null {
    const { text, fault } = line;
    if (this.#open === null && fault === null && text.trim() === '') return null;
    this.#lines.push(line);
    this.#length += text.length + 1;
    const fields =
      this.#open === null ? readFields(text) : readFields(text, this.#values, `${this.#open}\n`);
    const isWrong = fault ?? fields.fault?.reason ?? null;
    if (isWrong !== null) throw this.#error(isWrong);
    this.#values = fields.values;
    this.#open = fields.open;
    if (this.#open === null) return this.#values;
    if (this.#length > RECORD_LENGTH_MAX) throw this.unclosed();
    return null;
  }

  /** Returns the error for an unclosed header at the end of the file; null if no header started. */
  unclosed(): FileError | null {
    return this.#open === null ? null : this.#error('a quote is open');
  }

  /** Throws if a stray quote would make the first records part of the header. */
  requireNoRecords({ looksLikeRecord }: CsvShape): void {
    const [, ...others] = this.#lines;
    if (others.some(({ text }) => looksLikeRecord(readLiterally(text)))) {
      throw this.#error('a quoted name has lines that look like rows');
    }
  }

  #error(reason: string): FileError {
    const { number } = this.#lines[0]!;
    return new FileError(
      `Line ${number}, the header, cannot be read as CSV in UTF-8: ${reason.replace(/\.$/, '')}.`,
    );
  }
}
