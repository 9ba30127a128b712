import { type Fields, readFields } from './csv-fields.ts';
import { FileError } from './file-error.ts';
import type { FileLine } from './read-lines.ts';

/** The most characters of a record or header that spans several lines. */
export const RECORD_LENGTH_MAX = 100_000;
/**
 * The most characters that are buffered to find a closing quote, so that a record that is too long becomes one wrong
 * record.
 */
const HELD_LENGTH_MAX = 1_000_000;
/** A file with more unclosed quotes than this was not written as CSV. */
const UNCLOSED_MAX = 100;

/** What the header determines about a file's records. */
export interface CsvShape {
  /** Returns whether the texts of a column may contain line breaks. */
  readonly mayHaveLines: (column: number) => boolean;
  /** Returns whether a line inside a quoted text looks like a record. */
  readonly looksLikeRecord: (values: readonly string[]) => boolean;
}

export interface CsvRecord {
  /** The line on which it starts; the header is line 1. */
  readonly line: number;
  /** The values, as far as they could be read. */
  readonly values: readonly string[];
  /** Why the record is invalid, as a sentence; null: it has a value for each column of the header. */
  readonly fault: string | null;
  /** Returns whether a value certainly belongs to its column. */
  readonly isSure: (column: number) => boolean;
  /**
   * Its other lines, if some of them look like records: they may be its text, or records between two stray quotes. Then
   * it has a fault.
   */
  readonly inside: readonly InsideLine[];
}

export interface InsideLine {
  readonly line: number;
  /** The values, ignoring quotes. */
  readonly values: readonly string[];
  /** Why it is not a record, as a sentence. */
  readonly fault: string;
}

/** A record whose quoted text continues on the next line. */
interface OpenRecord {
  readonly lines: FileLine[];
  readonly values: readonly string[];
  readonly text: string;
  /** The number of characters of its lines. */
  readonly length: number;
}

/** Combines lines into records. */
export class RecordReader {
  readonly #header: readonly string[];
  readonly #shape: CsvShape;
  #open: OpenRecord | null = null;
  #unclosed = 0;

  constructor(header: readonly string[], shape: CsvShape) {
    this.#header = header;
    this.#shape = shape;
  }

  /** Adds the records that the line completes. */
  push(line: FileLine, records: CsvRecord[]): void {
    // Lines that were read as quoted text are read again if they turn out not to be.
    const waiting = [line];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const again of this.#take(next, records).reverse()) waiting.push(again);
    }
  }

  end(records: CsvRecord[]): void {
    while (this.#open !== null) {
      for (const line of this.#abandon(this.#open, records)) this.push(line, records);
    }
  }

  /** Returns the lines to read again. */
  #take(line: FileLine, records: CsvRecord[]): FileLine[] {
    if (this.#open === null) {
      this.#start(line, records);
      return [];
    }
    const { lines, values, text, length } = this.#open;
    lines.push(line);
    const fields = readFields(line.text, values, `${text}\n`);
    return this.#continue(lines, fields, length + 1 + line.text.length, records);
  }

  #start(line: FileLine, records: CsvRecord[]): void {
    const fields = readFields(line.text);
    if (fields.open !== null) {
      this.#continue([line], fields, line.text.length, records);
      return;
    }
    const { values, fault } = fields;
    if (line.fault === null && values.every((value) => value.trim() === '')) return;
    if (line.fault === null && fault === null && values.length === this.#header.length) {
      records.push({ line: line.number, values, fault: null, isSure: () => true, inside: [] });
    } else records.push(this.#faulty(line, fields));
  }

  /** Continues a record with the fields after its last line. Returns the lines to read again. */
  #continue(lines: FileLine[], fields: Fields, length: number, records: CsvRecord[]): FileLine[] {
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
      : this.#abandon(this.#open, records);
  }

  /** Builds the record of several lines that has a value for each column of the header. */
  #closed({ lines, values, length }: OpenRecord, endsFirstColumn: boolean): CsvRecord {
    const line = lines[0]!.number;
    // A line that ends a text of the first column has all other columns after it, like a row. Then the line on which
    // the text starts shows whether it is a row.
    const others = endsFirstColumn ? lines : lines.slice(1);
    const inside = others.map(({ number, text }) => ({
      line: number,
      values: readLiterally(text),
      fault: `It is inside the record of line ${line}, whose quoted text has lines that look like rows.`,
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
    return parted === -1 ? null : `Column ${this.#columnName(parted)} contains a line break.`;
  }

  /** Records the line with the quote as wrong. Returns those after it, to be read again. */
  #abandon({ lines }: OpenRecord, records: CsvRecord[]): FileLine[] {
    this.#open = null;
    const [first, ...others] = lines;
    this.#unclosed += 1;
    if (this.#unclosed > UNCLOSED_MAX) {
      throw new FileError(
        `Line ${first!.number}: the file has more than ${UNCLOSED_MAX} unclosed quotes. It was not written as CSV.`,
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
        // With a comma too many or too few, only the text before the first comma is certainly in its column.
        (isWide || (column === 0 && isParted)),
      inside: [],
    };
  }

  #describeFault({ values, fault, open }: Fields): string {
    if (open !== null) {
      return `The quote that opens column ${this.#columnName(values.length)} is not closed where its text ends.`;
    }
    if (fault !== null) return `Column ${this.#columnName(fault.column)} ${fault.reason}.`;
    return `It has ${values.length} columns, but the header has ${this.#header.length}.`;
  }

  #columnName(column: number): string {
    const name = this.#header[column]?.trim().replace(/\s+/g, ' ');
    return name === undefined || name === '' ? String(column + 1) : `"${name}"`;
  }
}

/** Splits a line at its commas, ignoring quotes. */
export function readLiterally(text: string): string[] {
  return text.split(',').map((value) => value.trim().replace(/^"|"$/g, ''));
}
