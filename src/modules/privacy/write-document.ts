import type { Queryable } from '../../database/statement.ts';
import type { Person, PersonalDataPart } from '../personal-data.ts';

/** Raised when the meaning of a member changes. New members do not change it. */
const FORMAT = 1;

/**
 * Writes the document of a person's data as JSON, piece by piece: a list is read in pages while it is sent, so that one of
 * any length takes little memory.
 */
export async function* writeDocument(
  db: Queryable,
  parts: readonly Omit<PersonalDataPart, 'erase'>[],
  person: Person,
  at: Date,
): AsyncGenerator<string> {
  yield `{"format":${FORMAT},"userId":${JSON.stringify(person.id)},"createdAt":${JSON.stringify(at)}`;
  for (const { name, collect } of parts) {
    yield `,\n${JSON.stringify(name)}:{`;
    for (const [index, [list, items]] of Object.entries(collect(db, person)).entries()) {
      yield `${index === 0 ? '' : ','}\n ${JSON.stringify(list)}:[`;
      let separator = '\n  ';
      for await (const item of items) {
        yield separator + JSON.stringify(item);
        separator = ',\n  ';
      }
      yield ']';
    }
    yield '}';
  }
  yield '}\n';
}
