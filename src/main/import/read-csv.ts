import { type Fields, readFields } from './csv-fields.ts';
import { FileError } from './file-error.ts';
import { type FileLine, readLines } from './read-lines.ts';

/** Characters of a record over all its lines. */
const RECORD_LENGTH_MAX = 100_000;
/** A file with more of them than this was not written as CSV. */
const UNCLOSED_MAX = 100;

/** What is known of a file's records once its header is known. */
export interface CsvShape {
  /** Whether the texts of a column may have line ends in them. */
  readonly mayHaveLines: (column: number) => boolean;
  /** Whether a line that stands inside a quoted text reads as a record of its own. */
  readonly looksLikeRecord: (values: readonly string[]) => boolean;
}

export interface CsvRecord {
  /** The line on which it begins; the header is line 1. */
  readonly line: number;
  /** As far as they can be told. */
  readonly values: readonly string[];
  /** Why the record is none, as a sentence; null: it has a value for each column of the header. */
  readonly fault: string | null;
  /** Whether the value of a column is surely that column's. */
  readonly isSure: (column: number) => boolean;
}

/**
 * Reads a CSV file (RFC 4180) record by record, a batch for each piece that was read. What breaks the form is told as a
 * record with a fault, and the next line is read afresh: a quote that is not closed where it has to be, or whose text has
 * lines that look like records, takes its own line and no other. Empty rows are passed over. Throws `FileError` for a
 * file without a header or without a record below it, and what `shapeOf` throws.
 */
export async function* readCsv(
  path: string,
  shapeOf: (header: readonly string[]) => CsvShape,
): AsyncGenerator<CsvRecord[]> {
  let reader: RecordReader | null = null;
  let count = 0;
  for await (const lines of readLines(path)) {
    const records: CsvRecord[] = [];
    for (const line of lines) {
      if (reader !== null) reader.push(line, records);
      else if (line.fault !== null || line.text.trim() !== '') {
        const header = readHeader(line);
        reader = new RecordReader(header, shapeOf(header));
      }
    }
    count += records.length;
    if (records.length > 0) yield records;
  }
  if (reader === null) throw new FileError('The file is empty.');
  const last: CsvRecord[] = [];
  reader.end(last);
  if (last.length > 0) yield last;
  if (count + last.length === 0) {
    throw new FileError('The file has a header and nothing below it: look at how it was written.');
  }
}

function readHeader({ number, text, fault }: FileLine): readonly string[] {
  const fields = readFields(text);
  const isWrong =
    fault ?? fields.fault?.reason ?? (fields.open === null ? null : 'a quote is open');
  if (isWrong === null) return fields.values;
  throw new FileError(
    `Line ${number}, the header, cannot be read as CSV in UTF-8: ${isWrong.replace(/\.$/, '')}.`,
  );
}

/** A record whose quoted text goes on over the end of a line. */
interface OpenRecord {
  readonly lines: FileLine[];
  readonly values: readonly string[];
  text: string;
}

class RecordReader {
  readonly #header: readonly string[];
  readonly #shape: CsvShape;
  #open: OpenRecord | null = null;
  #unclosed = 0;

  constructor(header: readonly string[], shape: CsvShape) {
    this.#header = header;
    this.#shape = shape;
  }

  /** Adds what the line completes. */
  push(line: FileLine, records: CsvRecord[]): void {
    // Lines that were taken for the text of a quote are read again when it turns out that they are not.
    let waiting = [line];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const again = this.#take(next, records);
      if (again.length > 0) waiting = [...again, ...waiting];
    }
  }

  end(records: CsvRecord[]): void {
    while (this.#open !== null) {
      for (const line of this.#giveUp(this.#open, records)) this.push(line, records);
    }
  }

  /** The lines that come back are to be read again. */
  #take(line: FileLine, records: CsvRecord[]): FileLine[] {
    if (this.#open === null) {
      this.#begin(line, records);
      return [];
    }
    const open = this.#open;
    open.lines.push(line);
    if (line.fault !== null || this.#shape.looksLikeRecord(atFaceValue(line.text))) {
      return this.#giveUp(open, records);
    }
    const fields = readFields(line.text, open.values, `${open.text}\n`);
    const isWhole = fields.fault === null && fields.open === null;
    if (isWhole && fields.values.length === this.#header.length) {
      this.#open = null;
      records.push({ line: open.lines[0]!.number, values: fields.values, fault: null, isSure });
      return [];
    }
    if (isWhole || fields.fault !== null || !this.#mayGoOn(fields)) {
      return this.#giveUp(open, records);
    }
    this.#open = { lines: open.lines, values: fields.values, text: fields.open! };
    return [];
  }

  #begin(line: FileLine, records: CsvRecord[]): void {
    const fields = readFields(line.text);
    if (line.fault === null && fields.open !== null) {
      this.#open = { lines: [line], values: fields.values, text: fields.open };
      if (!this.#mayGoOn(fields)) this.#giveUp(this.#open, records);
      return;
    }
    const { values, fault } = fields;
    if (line.fault === null && values.every((value) => value.trim() === '')) return;
    if (line.fault === null && fault === null && values.length === this.#header.length) {
      records.push({ line: line.number, values, fault: null, isSure });
    } else records.push(this.#faulty(line, fields));
  }

  /** Whether the quoted text may go on at the next line. */
  #mayGoOn({ values, open }: Fields): boolean {
    const length = values.reduce((sum, value) => sum + value.length, open!.length);
    return this.#shape.mayHaveLines(values.length) && length <= RECORD_LENGTH_MAX;
  }

  /** The line with the quote is no record; those after it are to be read again. */
  #giveUp({ lines }: OpenRecord, records: CsvRecord[]): FileLine[] {
    this.#open = null;
    const [first, ...others] = lines;
    const fields = readFields(first!.text);
    this.#unclosed += 1;
    if (this.#unclosed > UNCLOSED_MAX) {
      throw new FileError(
        `Line ${first!.number}: the file has more than ${UNCLOSED_MAX} quotes that are not closed. It was not written as CSV.`,
      );
    }
    records.push(this.#faulty(first!, fields));
    return others;
  }

  #faulty({ number, fault }: FileLine, fields: Fields): CsvRecord {
    const { values, open } = fields;
    const wrongColumn = open === null ? fields.fault?.column : values.length;
    const isWide = open === null && values.length === this.#header.length;
    const isParted = values.length + (open === null ? 0 : 1) > 1;
    return {
      line: number,
      values,
      fault: fault ?? this.#reasonOf(fields),
      isSure: (column) =>
        column !== wrongColumn &&
        !values[column]?.includes('\uFFFD') &&
        // With a comma too many or too few, only what stands before the first comma is where it belongs.
        (isWide || (column === 0 && isParted)),
    };
  }

  #reasonOf({ values, fault, open }: Fields): string {
    if (open !== null) {
      return `The quote that opens column ${this.#columnName(values.length)} is not closed where its text ends.`;
    }
    if (fault !== null) return `Column ${this.#columnName(fault.column)} ${fault.reason}.`;
    return `It has ${values.length} columns, the header ${this.#header.length}.`;
  }

  #columnName(column: number): string {
    const name = this.#header[column]?.trim();
    return name === undefined || name === '' ? String(column + 1) : `"${name}"`;
  }
}

function isSure(): boolean {
  return true;
}

/** As if quotes meant nothing. */
function atFaceValue(text: string): string[] {
  return text.split(',').map((value) => value.trim().replace(/^"|"$/g, ''));
}
