/** The format that this version writes, and the newest that it reads. */
export const FORMAT = 1;

/** Its lines besides the rows are comments of SQL, or COPY as psql takes it. */
export const linePrefixes = {
  header: '-- holdfast backup ',
  manifest: '-- manifest ',
  end: '-- end ',
} as const;

/** Ends the rows of a table. No row is written so: COPY escapes a backslash. */
export const ROWS_END = '\\.\n';

/** The first line. */
export interface BackupHeader {
  readonly format: number;
  /** The version of the program that wrote it. */
  readonly product: string;
  readonly startedAt: string;
  /** The secrets that the program had generated, by the name of their file; none unless they were asked for. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface BackedUpTable {
  /** With its schema, as SQL names it. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Of its rows, in hexadecimal. */
  readonly sha256: string;
}

/** A part of a table whose rows are in ranges. */
export interface BackedUpPart {
  readonly name: string;
  readonly table: string;
  /** Its range, as SQL names it. */
  readonly bound: string;
}

export interface BackedUpSequence {
  readonly name: string;
  /** A text, because it may be larger than a number is exact. */
  readonly value: string;
  readonly isCalled: boolean;
}

export interface BackedUpMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** The keys that a restore needs, by their ids. */
export interface NeededKeys {
  /** Of ENCRYPTION_KEY. */
  readonly encryption: readonly string[];
  /** Of FACTOR_KEY. */
  readonly factor: readonly string[];
  /** The public keys of SEAL_KEY; none if the program that wrote it had no such key. */
  readonly seal: readonly string[];
}

/** The last line but one. */
export interface BackupManifest {
  /** The database's time of the snapshot. */
  readonly snapshotAt: string;
  readonly endedAt: string;
  /** Of the server, such as `18.4`. */
  readonly postgres: string;
  readonly migrations: readonly BackedUpMigration[];
  readonly tables: readonly BackedUpTable[];
  readonly parts: readonly BackedUpPart[];
  readonly sequences: readonly BackedUpSequence[];
  readonly keys: NeededKeys;
}

/** The last line. */
export interface BackupEnd {
  /** Of everything before this line, in hexadecimal. */
  readonly sha256: string;
  /** Of that hash, by SEAL_KEY, in base64; null if the program had no such key. */
  readonly signature: string | null;
}

/** The file is no backup, is damaged, or cannot be used here. The message says which. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

export function formatLine(kind: keyof typeof linePrefixes, content: object): string {
  return `${linePrefixes[kind]}${JSON.stringify(content)}\n`;
}

/** Returns the line before the rows of a table. */
export function formatCopyLine({ name, columns }: Pick<BackedUpTable, 'name' | 'columns'>): string {
  return `copy ${name} (${columns.join(', ')}) from stdin;\n`;
}

const COPY_LINE = /^copy (?<name>\S+) \((?<columns>[^()]*)\) from stdin;$/;

/** Returns what `formatCopyLine` was given; null for another line. */
export function parseCopyLine(line: string): Pick<BackedUpTable, 'name' | 'columns'> | null {
  const groups = COPY_LINE.exec(line)?.groups;
  if (groups === undefined) return null;
  return { name: groups.name!, columns: groups.columns!.split(', ') };
}
