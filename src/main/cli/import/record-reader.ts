import { type Fields, readFields } from './csv-fields.ts';
import { FileError } from './file-error.ts';
import type { FileLine } from './read-lines.ts';

/** Characters of a record, or of the header, that stands on several lines. */
export const RECORD_LENGTH_MAX = 100_000;
/** Characters that are held to see whether a quote closes: a record that is too long is then one wrong record. */
const HELD_LENGTH_MAX = 1_000_000;
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
  /**
   * Its other lines, when some of them look like records: they may be its text, or records that two stray quotes enclose.
   * Then it has a fault.
   */
  readonly inside: readonly InsideLine[];
}

export interface InsideLine {
  readonly line: number;
  /** As if quotes meant nothing. */
  readonly values: readonly string[];
  /** Why it is no record, as a sentence. */
  readonly fault: string;
}

/** A record whose quoted text goes on over the end of a line. */
interface OpenRecord {
  readonly lines: FileLine[];
  readonly values: readonly string[];
  readonly text: string;
  /** Characters of its lines. */
  readonly length: number;
}

/** Puts lines together to records. */
export class RecordReader {
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
    const waiting = [line];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const again of this.#take(next, records).reverse()) waiting.push(again);
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
    const { lines, values, text, length } = this.#open;
    lines.push(line);
    const fields = readFields(line.text, values, `${text}\n`);
    return this.#goOn(lines, fields, length + 1 + line.text.length, records);
  }

  #begin(line: FileLine, records: CsvRecord[]): void {
    const fields = readFields(line.text);
    if (fields.open !== null) {
      this.#goOn([line], fields, line.text.length, records);
      return;
    }
    const { values, fault } = fields;
    if (line.fault === null && values.every((value) => value.trim() === '')) return;
    if (line.fault === null && fault === null && values.length === this.#header.length) {
      records.push({ line: line.number, values, fault: null, isSure: () => true, inside: [] });
    } else records.push(this.#faulty(line, fields));
  }

  /** Looks at a record of which the lines, the last of them just read, lead to the fields. */
  #goOn(lines: FileLine[], fields: Fields, length: number, records: CsvRecord[]): FileLine[] {
    const { values, fault, open } = fields;
    const column = this.#open?.values.length;
    this.#open = { lines, values, text: open ?? '', length };
    const isKnown = fault === null && !lines.at(-1)!.isCut;
    if (isKnown && open === null && values.length === this.#header.length) {
      records.push(this.#closed(this.#open, column === 0));
      this.#open = null;
      return [];
    }
    const mayClose = open !== null && values.length < this.#header.length;
    return isKnown && mayClose && length <= HELD_LENGTH_MAX
      ? []
      : this.#giveUp(this.#open, records);
  }

  /** The record of several lines that has a value for each column of the header. */
  #closed({ lines, values, length }: OpenRecord, endsFirstColumn: boolean): CsvRecord {
    const line = lines[0]!.number;
    // A line that ends a text of the first column has all the other columns behind it, as a row has; then the line that
    // begins the text tells whether it is a row.
    const others = endsFirstColumn ? lines : lines.slice(1);
    const inside = others.map(({ number, text }) => ({
      line: number,
      values: readLiterally(text),
      fault: `It stands inside the record of line ${line}, whose quoted text has lines that look like rows.`,
    }));
    const isDoubtful = inside
      .slice(0, endsFirstColumn ? -1 : undefined)
      .some((other) => this.#shape.looksLikeRecord(other.values));
    return {
      line,
      values,
      fault: isDoubtful
        ? `Its quoted text, up to line ${others.at(-1)!.number}, has lines that look like rows.`
        : this.#faultOfClosed(lines, values, length),
      isSure: (column) => !values[column]?.includes('\uFFFD'),
      inside: isDoubtful ? inside : [],
    };
  }

  #faultOfClosed(
    lines: readonly FileLine[],
    values: readonly string[],
    length: number,
  ): string | null {
    const wrong = lines.find(({ fault }) => fault !== null);
    if (wrong !== undefined) return wrong.fault;
    if (length > RECORD_LENGTH_MAX) return `It has more than ${RECORD_LENGTH_MAX} characters.`;
    const parted = values.findIndex(
      (value, column) => value.includes('\n') && !this.#shape.mayHaveLines(column),
    );
    return parted === -1 ? null : `Column ${this.#columnName(parted)} has a line break in it.`;
  }

  /** The line with the quote is no record; those after it are to be read again. */
  #giveUp({ lines }: OpenRecord, records: CsvRecord[]): FileLine[] {
    this.#open = null;
    const [first, ...others] = lines;
    this.#unclosed += 1;
    if (this.#unclosed > UNCLOSED_MAX) {
      throw new FileError(
        `Line ${first!.number}: the file has more than ${UNCLOSED_MAX} quotes that are not closed. It was not written as CSV.`,
      );
    }
    records.push(this.#faulty(first!, readFields(first!.text)));
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
      fault: fault ?? this.#describeFault(fields),
      isSure: (column) =>
        column !== wrongColumn &&
        !values[column]?.includes('\uFFFD') &&
        // With a comma too many or too few, only what stands before the first comma is where it belongs.
        (isWide || (column === 0 && isParted)),
      inside: [],
    };
  }

  #describeFault({ values, fault, open }: Fields): string {
    if (open !== null) {
      return `The quote that opens column ${this.#columnName(values.length)} is not closed where its text ends.`;
    }
    if (fault !== null) return `Column ${this.#columnName(fault.column)} ${fault.reason}.`;
    return `It has ${values.length} columns, the header ${this.#header.length}.`;
  }

  #columnName(column: number): string {
    const name = this.#header[column]?.trim().replace(/\s+/g, ' ');
    return name === undefined || name === '' ? String(column + 1) : `"${name}"`;
  }
}

/** As if quotes meant nothing. */
export function readLiterally(text: string): string[] {
  return text.split(',').map((value) => value.trim().replace(/^"|"$/g, ''));
}
