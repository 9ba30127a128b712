/** A form's fields, nested by their brackets: `a[b][0]=c` is `{ a: { b: { 0: 'c' } } }`. */
export interface Form {
  readonly [name: string]: string | Form;
}

/** Parses Stripe's encoding of bodies and queries. Every value is text. */
export function parseForm(text: string): Form {
  const root: Record<string, unknown> = {};
  for (const [path, value] of new URLSearchParams(text)) {
    const names = path.split(/[[\]]+/).filter((name) => name !== '');
    const last = names.pop();
    if (last === undefined) continue;
    let at = root;
    for (const name of names) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return root as Form;
}

/** Returns the text at a path of names, or undefined if there is none or a nested form. */
export function field(form: Form, ...path: readonly string[]): string | undefined {
  let at: string | Form | undefined = form;
  for (const name of path) at = typeof at === 'object' ? at[name] : undefined;
  return typeof at === 'string' ? at : undefined;
}

/** Returns the texts one level below a path, as in metadata. */
export function fields(form: Form, ...path: readonly string[]): Record<string, string> {
  let at: string | Form | undefined = form;
  for (const name of path) at = typeof at === 'object' ? at[name] : undefined;
  const entries = typeof at === 'object' ? Object.entries(at) : [];
  return Object.fromEntries(entries.flatMap(([k, v]) => (typeof v === 'string' ? [[k, v]] : [])));
}
