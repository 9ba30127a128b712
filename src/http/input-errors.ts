import type { ErrorObject } from 'ajv';
import type { InputError } from '../shared/errors.ts';
import { escapePointer } from '../shared/json.ts';
import { findTextError, normalText, type TextForm } from '../shared/text.ts';
import { TEXT_KEYWORD } from './text-keyword.ts';

/** The invalid part of a request, by Fastify's names. */
export type RequestPart = 'body' | 'querystring' | 'params' | 'headers';

const ERRORS_MAX = 20;

/** Carries the errors from the validator to the error handler. */
export class InvalidInput extends Error {
  readonly errors: readonly InputError[];

  constructor(errors: readonly InputError[]) {
    super('invalid input');
    this.errors = errors;
  }
}

/** Translates Ajv's findings into pointers and details, without internals of the schema. */
export function inputErrors(part: RequestPart, findings: readonly ErrorObject[]): InputError[] {
  const unions = findings.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const seen = new Set<string>();
  const errors: InputError[] = [];
  for (const finding of findings) {
    // Findings in the branches of a union are not helpful; the union's own detail is.
    const inUnion = unions.some((union) => finding.schemaPath.startsWith(`${union.schemaPath}/`));
    if (inUnion || finding.keyword === 'if' || isReportedAsLength(finding, findings)) continue;
    const error = inputError(part, finding, findings);
    const key = `${error.pointer} ${error.detail}`;
    if (seen.has(key)) continue;
    seen.add(key);
    errors.push(error);
    if (errors.length === ERRORS_MAX) break;
  }
  return errors;
}

/** Returns whether a wrong form is also reported as a wrong length, which then is the only error. */
function isReportedAsLength(
  { keyword, instancePath }: ErrorObject,
  findings: readonly ErrorObject[],
): boolean {
  if (keyword !== 'pattern' && keyword !== 'format') return false;
  return findings.some(
    (other) =>
      other.instancePath === instancePath &&
      (other.keyword === 'minLength' || other.keyword === 'maxLength'),
  );
}

function inputError(
  part: RequestPart,
  finding: ErrorObject,
  findings: readonly ErrorObject[],
): InputError {
  return { pointer: pointerTo(part, finding), detail: describe(finding, findings) };
}

function pointerTo(part: RequestPart, { instancePath, keyword, params }: ErrorObject): string {
  const member =
    keyword === 'required'
      ? (params.missingProperty as string)
      : keyword === 'additionalProperties'
        ? (params.additionalProperty as string)
        : null;
  const pointer = member === null ? instancePath : `${instancePath}/${escapePointer(member)}`;
  switch (part) {
    case 'body':
      return pointer;
    case 'querystring':
      return `?${pointer.slice(1)}`;
    case 'params':
      return `/path${pointer}`;
    case 'headers':
      return `/headers${pointer}`;
  }
}

function describe(finding: ErrorObject, findings: readonly ErrorObject[]): string {
  const { keyword, params, message, data, schema } = finding;
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'additionalProperties':
      return 'is unknown';
    case 'type':
      return `must be ${[params.type].flat().map(describeType).join(' or ')}`;
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).map(String).join(', ')}`;
    case 'const':
      return `must be ${String(params.allowedValue)}`;
    case 'format':
      return describeFormat(params.format);
    case 'pattern':
      return `does not have the expected form${explainFormat(finding)}`;
    case TEXT_KEYWORD:
      return findTextError(normalText(data as string), schema as TextForm) ?? 'is not as expected';
    case 'minLength':
      return `must have at least ${params.limit} ${formatCount(params.limit, 'character')}`;
    case 'maxLength':
      return `must have at most ${params.limit} ${formatCount(params.limit, 'character')}`;
    case 'minItems':
      return `must have at least ${params.limit} ${formatCount(params.limit, 'entry')}`;
    case 'maxItems':
      return `must have at most ${params.limit} ${formatCount(params.limit, 'entry')}`;
    case 'minimum':
      return `must be ${params.limit} or more`;
    case 'maximum':
      return `must be ${params.limit} or less`;
    case 'minProperties':
      return `must have at least ${params.limit} ${formatCount(params.limit, 'member')}`;
    case 'uniqueItems':
      return 'must not contain duplicates';
    case 'anyOf':
    case 'oneOf':
      return describeUnion(finding, findings);
    default:
      return message ?? 'is not as expected';
  }
}

/** The most common union requires one of several members. */
function describeUnion(union: ErrorObject, findings: readonly ErrorObject[]): string {
  const branches = findings.filter(
    (finding) =>
      finding.schemaPath.startsWith(`${union.schemaPath}/`) &&
      finding.instancePath === union.instancePath,
  );
  const missing = branches.filter(({ keyword }) => keyword === 'required');
  if (missing.length > 0 && missing.length === branches.length) {
    return `needs one of ${missing.map(({ params }) => params.missingProperty).join(', ')}`;
  }
  return union.keyword === 'oneOf' && union.params.passingSchemas !== null
    ? 'must match exactly one of the documented forms'
    : 'matches none of the documented forms';
}

function explainFormat({ parentSchema, params }: ErrorObject): string {
  if (typeof parentSchema?.description === 'string') return `: ${parentSchema.description}`;
  return ` (${params.pattern})`;
}

function describeFormat(format: unknown): string {
  return format === 'date-time'
    ? 'must be a valid date and time, such as 2026-01-31T18:30:00Z'
    : `is not a valid ${String(format)}`;
}

function describeType(type: unknown): string {
  switch (type) {
    case 'null':
      return 'null';
    case 'integer':
      return 'an integer';
    case 'object':
      return 'an object';
    case 'array':
      return 'an array';
    default:
      return `a ${String(type)}`;
  }
}

function formatCount(count: unknown, noun: string): string {
  if (count === 1) return noun;
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}
