/** A record as far as its text goes. Source of the form: RFC 4180 §2. */
export interface Fields {
  readonly values: readonly string[];
  /** The first column that breaks the form, from 0, and how; null when none does. */
  readonly fault: { readonly column: number; readonly reason: string } | null;
  /** What the open quoted field holds so far, when the text ends inside one; the values are those before it. */
  readonly open: string | null;
}

const QUOTE_INSIDE =
  'has a quote inside its text: such a text stands in quotes as a whole, and its own quotes are doubled';
const AFTER_QUOTE = 'goes on after its closing quote: the quotes inside a quoted text are doubled';

/**
 * Takes a text apart at its commas and quotes, from the start of a record or, with `open`, inside the quoted field that
 * `before` led to. What breaks the form is parted at its commas, quotes or not.
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

/** The next quote that is not doubled. */
function closingQuote(text: string, from: number): number | null {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return null;
}
