export type Shape = { readonly [keyword: string]: unknown };

/**
 * Returns a schema whose objects accept only the members that they define, unless they state otherwise. Parts of an
 * intersection stay open, because each is checked against the members of the others too.
 */
export function closedShape(schema: object): Shape {
  const shape: Record<string, unknown> = { ...schema };
  if (isShape(shape.properties)) {
    shape.properties = Object.fromEntries(
      Object.entries(shape.properties).map(([name, member]) => [
        name,
        closedShape(member as object),
      ]),
    );
    if (shape.allOf === undefined) shape.additionalProperties ??= false;
  }
  if (isShape(shape.items)) shape.items = closedShape(shape.items);
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = shape[keyword];
    if (Array.isArray(branches))
      shape[keyword] = branches.map((branch) => closedShape(branch as object));
  }
  return shape;
}

function isShape(value: unknown): value is Shape {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
