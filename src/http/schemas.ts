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

/** A request's amount: the currency is checked against the shop's by the use case. */
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
 * What people write, in one of the forms of `shared/text.ts`, with at most `lengthMax` characters after it was made
 * normal. NUL and lone surrogates are refused by the body parser.
 */
export function Text(
  form: TextForm,
  lengthMax: number,
  options: { readonly minLength?: number; readonly description?: string } = {},
) {
  return Type.String({ minLength: 0, maxLength: lengthMax, ...options, [TEXT_KEYWORD]: form });
}

/** What a list is searched for. */
export function Search(description: string, options: { readonly minLength?: number } = {}) {
  return Text('name', 200, { ...options, description });
}

/** Why somebody does something. */
export const Reason = Text('statement', 500, { minLength: 1 });

/** One of these words. With its type named, so that replies serialise fast and clients get an enumeration. */
export function Choice<const Word extends string>(
  words: readonly Word[],
  options: { readonly description?: string } = {},
): TUnsafe<Word> {
  return Type.Unsafe<Word>({ type: 'string', enum: [...words], ...options });
}

/**
 * A value or null, as one list of types instead of a union: a union is looked at by the validator each time a reply is
 * serialised, a list is not. A shape that has a name of its own in the OpenAPI document, by its title, keeps it.
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

/** For a POST that needs no body: it takes none, or `{}`. */
export const NoBody = Type.Object({}, { additionalProperties: false });

export const LimitParameter = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: PAGE_LIMIT_MAX,
    default: PAGE_LIMIT_DEFAULT,
    description: 'How many to return at most.',
  }),
);

export const CursorParameter = Type.Optional(
  Type.String({ minLength: 1, maxLength: 1000, description: '`nextCursor` of the page before.' }),
);

export function pageOfSchema<T extends TSchema>(item: T) {
  return Type.Object({ data: Type.Array(item), nextCursor: Nullable(Type.String()) });
}
