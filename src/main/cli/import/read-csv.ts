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
 * Reads a CSV file (RFC 4180) record by record, a batch for each piece that was read. What breaks the form is told as a
 * record with a fault. A quote that is not closed where it has to be takes its own line and no other: the next line is
 * read afresh. One whose text has lines that look like records takes all of them. Empty rows are passed over. Throws
 * `FileError` for a file without a header or without a record below it, and what `shapeOf` throws.
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
    throw new FileError('The file has a header and nothing below it: look at how it was written.');
  }
}

/** Reads the first record, which has to be sound. */
class HeaderReader {
  readonly #lines: FileLine[] = [];
  #values: readonly string[] = [];
  #open: string | null = null;
  #length = 0;

  /** The names of the columns; null while there are none. */
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

  /** What to throw at the end of the file; null when no header began. */
  unclosed(): FileError | null {
    return this.#open === null ? null : this.#error('a quote is open');
  }

  /** A stray quote must not make the first records a part of the header. */
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
