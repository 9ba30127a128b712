import { Ajv } from 'ajv';
import type { Static, TSchema } from 'typebox';

/** Without formats: no schema of a provider's messages names one. */
const ajv = new Ajv({ strict: false });

/** Returns whether a value has a shape. Additional properties are allowed. A shape is compiled at its first use. */
export function matchesShape<Shape extends TSchema>(
  shape: Shape,
  value: unknown,
): value is Static<Shape> {
  return ajv.validate<Static<Shape>>(shape, value);
}
