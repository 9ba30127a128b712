import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The text of a longer line is dropped: a file without any line ends is not a CSV file. */
const LINE_BYTES_MAX = 400_000;

const LF = 0x0a;
const CR = 0x0d;

export interface FileLine {
  /** From 1. */
  readonly number: number;
  /** Without its line end; invalid UTF-8 is replaced. */
  readonly text: string;
  /** Why the line cannot be read, as a sentence; null if it can. */
  readonly fault: string | null;
  /** Whether the line was too long and its text was dropped. */
  readonly isCut: boolean;
}

/**
 * Reads the lines of a text file in UTF-8, with or without a byte order mark, in one batch per chunk of the file. A
 * line ends with LF, CRLF or CR, even mixed. A file ending in `.gz` is decompressed. Throws if the file cannot be
 * opened or decompressed.
 */
export async function* readLines(path: string): AsyncGenerator<FileLine[]> {
  const source = createReadStream(path, { highWaterMark: 1 << 18 });
  const bytes = path.endsWith('.gz') ? pipeline(source, createGunzip(), () => {}) : source;
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  let isCut = false;

  const toFileLine = (line: Buffer): FileLine => {
    number += 1;
    const tooLong = isCut || line.length > LINE_BYTES_MAX;
    isCut = false;
    if (tooLong) {
      const fault = `It has more than ${LINE_BYTES_MAX} bytes.`;
      return { number, text: '', fault, isCut: true };
    }
    const text = line.toString('utf8');
    return { number, text, fault: findFault(line, text), isCut: false };
  };

  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const piece = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: FileLine[] = [];
    let start = number === 0 && !isCut ? markLength(piece) : 0;
    for (const [end, next] of lineEnds(piece, start)) {
      lines.push(toFileLine(piece.subarray(start, end)));
      start = next;
    }
    rest = piece.subarray(start);
    if (rest.length > LINE_BYTES_MAX) {
      isCut = true;
      // The chunk may end inside a line end.
      rest = rest.subarray(-1);
    }
    if (lines.length > 0) yield lines;
  }
  if (rest.at(-1) === CR) rest = rest.subarray(0, -1);
  if (rest.length > 0 || isCut) yield [toFileLine(rest)];
}

/**
 * Yields where lines end and where the next ones start. A CR at the end of the chunk is left, because an LF may follow.
 */
function* lineEnds(piece: Buffer, from: number): Generator<readonly [end: number, next: number]> {
  let lf = piece.indexOf(LF, from);
  let cr = piece.indexOf(CR, from);
  for (;;) {
    if (cr !== -1 && (lf === -1 || cr < lf)) {
      if (cr === piece.length - 1) return;
      const next = piece[cr + 1] === LF ? cr + 2 : cr + 1;
      yield [cr, next];
      if (next === cr + 2) lf = piece.indexOf(LF, next);
      cr = piece.indexOf(CR, next);
    } else if (lf !== -1) {
      yield [lf, lf + 1];
      lf = piece.indexOf(LF, lf + 1);
    } else return;
  }
}

function markLength(piece: Buffer): number {
  return piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf ? 3 : 0;
}

function findFault(line: Buffer, text: string): string | null {
  if (!isUtf8(line)) return 'It is not UTF-8.';
  return text.includes('\0') ? 'It contains the character NUL.' : null;
}
