import { type Static, type TSchema, type TUnsafe, Type } from 'typebox';
import { ID_PATTERN } from '../shared/ids.ts';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../shared/pagination.ts';
import type { TextForm } from '../shared/text.ts';
import { TEXT_KEYWORD } from './text-keyword.ts';

/** Shapes that many operations share. */

export const Id = Type.String({ pattern: ID_PATTERN, description: 'A UUIDv7 in lower case.' });

export const IdParameter = Type.Object({ id: Id });

export const Instant = Type.String({
  format: 'date-time',
  description: 'RFC 3339, UTC, with milliseconds.',
});

/** An amount in a request. The use case compares its currency with the shop's. */
export const MoneyValue = Type.Object(
  {
    amount: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'In the minor unit (ISO 4217).',
    }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  },
  { title: 'Money', additionalProperties: false },
);

/**
 * Returns the schema of a text written by people, in one of the forms of `shared/text.ts`, with at most `lengthMax`
 * characters after normalization. The body parser refuses NUL and lone surrogates.
 */
export function Text(
  form: TextForm,
  lengthMax: number,
  options: { readonly minLength?: number; readonly description?: string } = {},
) {
  return Type.String({ minLength: 0, maxLength: lengthMax, ...options, [TEXT_KEYWORD]: form });
}

/** Returns the schema of a search term. */
export function Search(description: string, options: { readonly minLength?: number } = {}) {
  return Text('name', 200, { ...options, description });
}

/** The reason for a change. */
export const Reason = Text('statement', 500, { minLength: 1 });

/**
 * Returns the schema of one of these words. It states its type, so that replies serialise fast and clients get an enum.
 */
export function Choice<const Word extends string>(
  words: readonly Word[],
  options: { readonly description?: string } = {},
): TUnsafe<Word> {
  return Type.Unsafe<Word>({ type: 'string', enum: [...words], ...options });
}

/**
 * Returns the schema of a value or null, as a list of types instead of a union, because a union is validated whenever a
 * reply is serialised. A shape with a name in the OpenAPI document, by its title, keeps it.
 */
export function Nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  const plain = schema as { type?: unknown; title?: string; enum?: readonly string[] };
  if (typeof plain.type !== 'string' || plain.title !== undefined) {
    return Type.Unsafe<Static<T> | null>(Type.Union([schema, Type.Null()]));
  }
  return Type.Unsafe<Static<T> | null>({
    ...schema,
    type: [plain.type, 'null'],
    ...(plain.enum === undefined ? {} : { enum: [...plain.enum, null] }),
  });
}

/** The body of a POST without input: none, or `{}`. */
export const NoBody = Type.Object({}, { additionalProperties: false });

export const LimitParameter = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: PAGE_LIMIT_MAX,
    default: PAGE_LIMIT_DEFAULT,
    description: 'Maximum number of items to return.',
  }),
);

export const CursorParameter = Type.Optional(
  Type.String({ minLength: 1, maxLength: 1000, description: '`nextCursor` of the previous page.' }),
);

export function pageOfSchema<T extends TSchema>(item: T) {
  return Type.Object({ data: Type.Array(item), nextCursor: Nullable(Type.String()) });
}
