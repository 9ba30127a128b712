/** The fields of a record or of its beginning. Source of the format: RFC 4180 §2. */
export interface Fields {
  readonly values: readonly string[];
  /** The first column, from 0, that violates the format, and how; null if none does. */
  readonly fault: { readonly column: number; readonly reason: string } | null;
  /** The beginning of a quoted field, if the text ends inside one; the values are those before it. */
  readonly open: string | null;
}

const QUOTE_INSIDE =
  'has a quote inside its text: put the whole text in quotes and double the quotes inside';
const AFTER_QUOTE = 'continues after its closing quote: double the quotes inside a quoted text';

/**
 * Splits a text at its commas and quotes, from the start of a record or, with `open`, inside the quoted field after the
 * values in `before`. A text that violates the format is split at its commas, regardless of quotes.
 */
export function readFields(
  text: string,
  before: readonly string[] = [],
  open: string | null = null,
): Fields {
  if (open === null && !text.includes('"')) {
    return { values: text.split(','), fault: null, open: null };
  }
  const values = [...before];
  let at = 0;
  let within = open;
  for (;;) {
    if (within === null && text[at] !== '"') {
      const comma = text.indexOf(',', at);
      const value = text.slice(at, comma === -1 ? undefined : comma);
      if (value.includes('"')) return brokenFields(values, text.slice(at), QUOTE_INSIDE);
      values.push(value);
      if (comma === -1) return { values, fault: null, open: null };
      at = comma + 1;
      continue;
    }
    const from = within === null ? at + 1 : at;
    const end = closingQuote(text, from);
    const value = (within ?? '') + text.slice(from, end ?? undefined).replaceAll('""', '"');
    if (end === null) return { values, fault: null, open: value };
    within = null;
    at = end + 1;
    if (at < text.length && text[at] !== ',') {
      return brokenFields(values, value + text.slice(at), AFTER_QUOTE);
    }
    values.push(value);
    if (at === text.length) return { values, fault: null, open: null };
    at += 1;
  }
}

function brokenFields(before: readonly string[], rest: string, reason: string): Fields {
  const fault = { column: before.length, reason };
  return { values: [...before, ...rest.split(',')], fault, open: null };
}

/** Finds the next quote that is not doubled. */
function closingQuote(text: string, from: number): number | null {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return null;
}
