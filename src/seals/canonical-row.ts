/** How the value of a column is written in JSON. A column without a value is left out. */
export type ColumnKind =
  /** As a string. */
  | 'text'
  /** As a string, in the usual spelling. */
  | 'uuid'
  | 'number'
  /** As a string, in UTC with milliseconds. */
  | 'time'
  /** As a string, in hexadecimal. */
  | 'bytes'
  /** As a string: the text in which PostgreSQL shows it, because numbers of JSON may be too large for RFC 8785. */
  | 'json';

export interface Column {
  readonly kind: ColumnKind;
  readonly isNullable: boolean;
}

/** The columns that a format makes leaves of, by name. */
export type Columns = Readonly<Record<string, Column>>;

const required = (kind: ColumnKind): Column => ({ kind, isNullable: false });
const optional = (kind: ColumnKind): Column => ({ kind, isNullable: true });

/** The columns of each log, by format. Another column needs another format: what was sealed is verified as it was then. */
export const formats: Readonly<
  Record<number, { readonly events: Columns; readonly audit: Columns }>
> = {
  1: {
    events: {
      position: required('number'),
      id: required('uuid'),
      type: required('text'),
      order_id: optional('uuid'),
      sequence: optional('number'),
      from_status: optional('text'),
      to_status: optional('text'),
      actor_type: required('text'),
      actor_id: optional('uuid'),
      actor_role: optional('text'),
      reason: optional('text'),
      cause: optional('json'),
      data: required('json'),
      at: required('time'),
      request_id: optional('uuid'),
      trace_id: optional('uuid'),
      idempotency_key: optional('uuid'),
      personal: optional('bytes'),
      personal_of: optional('uuid'),
    },
    audit: {
      position: required('number'),
      id: required('uuid'),
      type: required('text'),
      subject_type: required('text'),
      subject_id: optional('uuid'),
      actor_type: required('text'),
      actor_id: optional('uuid'),
      actor_role: optional('text'),
      before: optional('json'),
      after: optional('json'),
      reason: optional('text'),
      request_id: optional('text'),
      trace_id: optional('text'),
      job: optional('text'),
      address: optional('text'),
      user_agent: optional('text'),
      at: required('time'),
      subject_personal: optional('bytes'),
      actor_personal: optional('bytes'),
    },
  },
};

/** The format of new seals. */
export const FORMAT = 1;

/** The column around which the commas are placed. */
const ANCHOR = 'position';

/**
 * Builds the SQL expression of the canonical JSON (RFC 8785) of a row: the columns that have a value, sorted by name. PostgreSQL
 * escapes strings as RFC 8785 does. It is built there because reading a hash is cheaper than reading all columns.
 */
export function buildCanonicalRow(columns: Columns): string {
  const names = Object.keys(columns).sort();
  const parts = names.map((name) => {
    const { kind, isNullable } = columns[name]!;
    const [before, after] = [name > ANCHOR ? ',' : '', name < ANCHOR ? ',' : ''];
    const quote = kind === 'uuid' || kind === 'time' || kind === 'bytes' ? '"' : '';
    const value = formatValue(name, kind);
    const all = [
      `'${before}"${name}":${quote}'`,
      isNullable ? `${value}::text` : value,
      ...(quote === '' && after === '' ? [] : [`'${quote}${after}'`]),
    ];
    // With a null the whole is null, which "concat" leaves out.
    return all.join(isNullable ? ' || ' : ', ');
  });
  return `concat('{', ${parts.join(',\n                   ')}, '}')`;
}

function formatValue(name: string, kind: ColumnKind): string {
  switch (kind) {
    case 'text':
      return `to_json(${name})`;
    case 'json':
      return `to_json(${name}::text)`;
    case 'bytes':
      return `encode(${name}, 'hex')`;
    case 'time':
      return `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    case 'uuid':
    case 'number':
      return name;
  }
}
