import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import { isInstant } from '../shared/instant.ts';
import { InvalidInput, inputErrors, type RequestPart } from './input-errors.ts';
import { createQueryReader, type Query, queryFault } from './query-string.ts';
import { textKeyword } from './text-keyword.ts';

/** Above this many values only the first error is reported: collecting all of them costs more than they are worth. */
const VALUES_MAX_FOR_ALL_ERRORS = 2_000;

const rfc3339 = addFormats.default.get('date-time') as { validate(text: string): boolean };

/**
 * Creates a compiler whose validators coerce and drop nothing. Only query strings, which contain only texts, are
 * converted to integers and booleans first. Each schema is compiled at its first request, in a few milliseconds:
 * compiling all of them at the start would take a seventh of its processor time.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<unknown> {
  const first = createAjv(false);
  const all = createAjv(true);

  return ({ schema, httpPart }) => {
    const part = (httpPart ?? 'body') as RequestPart;
    let check: ValidateFunction | null = null;
    let checkAll: ValidateFunction | null = null;
    const read = part === 'querystring' ? createQueryReader(schema) : null;

    function findErrors(data: unknown, found: ErrorObject[]): ErrorObject[] {
      if (countValues(data, VALUES_MAX_FOR_ALL_ERRORS) > VALUES_MAX_FOR_ALL_ERRORS) return found;
      // Compiled on demand, because most schemas never meet an invalid request.
      checkAll ??= all.compile(schema as object);
      checkAll(data);
      return checkAll.errors ?? found;
    }

    return (data: unknown) => {
      if (read !== null) {
        const fault = queryFault(data);
        if (fault !== undefined) return { error: new InvalidInput([fault]) };
        read(data as Query);
      }
      if (part === 'params') {
        const name = parameterWithNul(data as Record<string, unknown>);
        if (name !== undefined) {
          const detail = 'must not contain the character NUL';
          return { error: new InvalidInput([{ pointer: `/path/${name}`, detail }]) };
        }
      }
      check ??= first.compile(schema as object);
      if (check(data)) return true;
      if (part === 'body' && data === null) {
        const detail = 'must be a JSON object';
        return { error: new InvalidInput([{ pointer: '', detail }]) };
      }
      return { error: new InvalidInput(inputErrors(part, findErrors(data, check.errors ?? []))) };
    };
  };
}

function createAjv(allErrors: boolean): Ajv {
  const ajv = new Ajv({
    allErrors,
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allowUnionTypes: true,
    // Errors include their schema, for its description.
    verbose: true,
  });
  addFormats.default(ajv);
  ajv.addFormat('date-time', (text: string) => rfc3339.validate(text) && isInstant(text));
  ajv.addKeyword('example');
  ajv.addKeyword(textKeyword);
  return ajv;
}

function parameterWithNul(params: Record<string, unknown>): string | undefined {
  for (const name in params) {
    const value = params[name];
    if (typeof value === 'string' && value.includes('\0')) return name;
  }
  return undefined;
}

/** Counts the values in `data`, stopping after more than `max`. */
function countValues(data: unknown, max: number): number {
  if (data === null || typeof data !== 'object') return 1;
  let count = 1;
  for (const member of Object.values(data)) {
    count += countValues(member, max - count);
    if (count > max) break;
  }
  return count;
}
