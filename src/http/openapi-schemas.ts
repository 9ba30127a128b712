export type Json = { [member: string]: unknown };

const COMPONENT_NAME = /^[A-Z][A-Za-z0-9]*$/;

/**
 * Replaces every schema whose title looks like a type name with a reference, in place, and returns these schemas by
 * name. So a module shares a shape by giving it a title. Throws if two shapes have the same title.
 */
export function hoistTitled(root: unknown): Record<string, Json> {
  const found: Record<string, Json> = {};
  visit(root, found);
  return found;
}

function visit(node: unknown, found: Record<string, Json>): void {
  if (node === null || typeof node !== 'object') return;
  const parent = node as Json;
  for (const [name, child] of Object.entries(parent)) {
    // Inner schemas first, so that a shape has the same text wherever it is used.
    visit(child, found);
    if (isTitled(child)) parent[name] = { $ref: hoist(child, found) };
  }
}

function isTitled(value: unknown): value is Json & { title: string } {
  if (value === null || typeof value !== 'object') return false;
  const { title, type, anyOf, oneOf, allOf } = value as Json;
  const isSchema = [type, anyOf, oneOf, allOf].some((keyword) => keyword !== undefined);
  return isSchema && typeof title === 'string' && COMPONENT_NAME.test(title);
}

function hoist(schema: Json & { title: string }, found: Record<string, Json>): string {
  const { title } = schema;
  const earlier = found[title];
  if (earlier !== undefined && JSON.stringify(earlier) !== JSON.stringify(schema)) {
    throw new Error(
      `Two shapes have the title "${title}": give them different titles, or make them the same.`,
    );
  }
  found[title] = schema;
  return `#/components/schemas/${title}`;
}
