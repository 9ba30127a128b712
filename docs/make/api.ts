import { buildAnchor, code, fenced, type Page, page, table } from './markdown.ts';
import { type Answer, type Document, type Operation, resolved, type Schema } from './openapi.ts';
import { type Field, findMeaning, listFields, typeText } from './schema-text.ts';

interface Placed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Errors that every operation can return, listed once on the first page. */
const COMMON = /^(request|auth|service|idempotency)\./;

/** Builds one page for each tag, one for the named shapes, and an index. */
export function apiPages(document: Document): Page[] {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  const chapters = document.tags.map(({ name, description }) => ({
    file: `${buildAnchor(name)}.md`,
    name,
    description,
    operations: operations.filter(({ operation }) => operation.tags?.includes(name)),
  }));
  return [
    page(
      'api/index.md',
      'HTTP API',
      'The same as the server publishes at `/docs` and `/openapi.json`. These rules apply to all operations:',
      CONVENTIONS,
      ...chapters.flatMap(({ file, name, description, operations }) => [
        `## [${name}](${file})`,
        description,
        table(
          ['call', 'does'],
          operations.map(({ method, path, operation }) => [
            code(`${method} ${path}`),
            `[${getTitle(operation)}](${file}#${buildAnchor(getTitle(operation))})`,
          ]),
        ),
      ]),
    ),
    ...chapters.map(({ file, name, description, operations }) =>
      page(
        `api/${file}`,
        name,
        description,
        ...operations.flatMap((placed) => operationParts(document, placed)),
      ),
    ),
    schemasPage(document),
  ];
}

const CONVENTIONS = `- JSON in UTF-8. Unknown fields and unknown query parameters are refused.
- Amounts are whole numbers in the minor unit of their currency, times RFC 3339 in UTC, ids UUIDv7 in lower case.
- Sign in by \`Authorization: Bearer …\` with an access token or an API key, or in a browser by cookies, which a sign-in with
  \`credentials: cookie\` sets in place of returning tokens.
- Every refusal is a [problem document](schemas.md#problem) with a \`code\`: see the [errors](../errors.md). Each operation
  lists its own; in addition, each can return those of \`request\`, \`auth\`, \`idempotency\` and \`service\`.
- Lists are paged: send \`nextCursor\` back as \`cursor\` for the next one.
- POST and PATCH of a signed-in caller accept an \`Idempotency-Key\`: see [Idempotency](../../concepts/idempotency.md).`;

function getTitle({ summary, operationId }: Operation): string {
  return summary ?? operationId;
}

function operationParts(document: Document, { method, path, operation }: Placed): string[] {
  const parameters = (operation.parameters ?? [])
    .map((parameter) => resolved(document, parameter))
    .filter(({ name }) => name !== 'Idempotency-Key');
  const body = operation.requestBody?.content['application/json']?.schema;
  return [
    `## ${getTitle(operation)}`,
    fenced('http', `${method} ${path}`),
    `For ${describeAudience(operation)}.`,
    ...(operation.description === undefined ? [] : [operation.description]),
    ...(parameters.length === 0
      ? []
      : [
          table(
            ['parameter', 'in', 'takes', 'meaning'],
            parameters.map(({ name, in: place, schema = {}, required, description }) => [
              code(name),
              place,
              `${typeText(withoutPatternNoise(schema))}${required === true ? '' : ', optional'}`,
              findMeaning(description ?? schema.description),
            ]),
          ),
        ]),
    ...(body === undefined ? [] : bodyParts(document, body)),
    describeAnswers(document, operation),
  ];
}

/** Removes the length where the pattern already defines it. */
function withoutPatternNoise(schema: Schema): Schema {
  if (schema.pattern === undefined || schema.maxLength === undefined) return schema;
  const { maxLength: _maxLength, ...rest } = schema;
  return rest;
}

function bodyParts(document: Document, schema: Schema): string[] {
  const fields = listFields(resolved(document, schema));
  return fields.length === 0 ? [] : [table(['body', 'takes', 'meaning'], fields)];
}

function describeAudience(operation: Operation): string {
  const access = operation['x-access'];
  if (access === undefined) return 'anyone';
  const keys = access.scopes.map((scope) => `API keys with ${code(scope)}`);
  const tokens = access.guests === true ? ['the order token'] : [];
  const strangers =
    access.strangers === true
      ? [`anyone without credentials if ${code('GUEST_CHECKOUT')} is on`]
      : [];
  const audience = [
    ...access.roles.map((role) => code(role)),
    ...keys,
    ...tokens,
    ...strangers,
  ].join(', ');
  return access.stepUp === true ? `${audience}; after a step-up` : audience;
}

function describeAnswers(document: Document, operation: Operation): string {
  const lines: string[] = [];
  const tables: string[] = [];
  for (const [status, raw] of Object.entries(operation.responses)) {
    const answer = resolved(document, raw);
    if (Number(status) < 400) {
      const { words, fields } = describeSuccess(document, answer);
      lines.push(`- ${code(status)} ${words}`);
      if (fields.length > 0) tables.push(table([`answer ${status}`, 'is', 'meaning'], fields));
    } else {
      const codes = findErrorCodes(answer).filter((one) => !COMMON.test(one));
      const links = codes.map((one) => `[${code(one)}](../errors.md#${buildAnchor(one)})`);
      if (links.length > 0) lines.push(`- ${code(status)} ${links.join(', ')}`);
    }
  }
  return [['Answers:', '', ...lines].join('\n'), ...tables].join('\n\n');
}

/** Describes a successful reply, with its members if its shape has no name. */
function describeSuccess(document: Document, answer: Answer): { words: string; fields: Field[] } {
  const [type, media] = Object.entries(answer.content ?? {})[0] ?? [];
  const description = answer.description ?? '';
  if (media?.schema === undefined) return { words: description, fields: [] };
  if (type !== 'application/json') {
    return { words: `${code(type!)} of ${typeText(media.schema)}`, fields: [] };
  }
  if (media.schema.$ref !== undefined) return { words: typeText(media.schema), fields: [] };
  const schema = resolved(document, media.schema);
  const item = schema.properties?.data?.items;
  if (item === undefined) return { words: description, fields: listFields(schema) };
  const words = schema.properties?.nextCursor === undefined ? 'a complete list of' : 'a page of';
  if (item.$ref !== undefined) return { words: `${words} ${typeText(item)}`, fields: [] };
  return { words: `${words} these`, fields: listFields(item) };
}

/** Returns every code of the reply's problem document. */
function findErrorCodes(answer: Answer): string[] {
  return [...(answer.description ?? '').matchAll(/`([a-z]+\.[a-z_]+)`:/g)].map(([, one]) => one!);
}

function schemasPage(document: Document): Page {
  const schemas = Object.entries(document.components.schemas ?? {}) as [string, Schema][];
  return page(
    'api/schemas.md',
    'Shapes',
    'Shapes that several operations share. The others are described with their operation.',
    ...schemas.flatMap(([name, schema]) => [
      `## ${name}`,
      ...(schema.description === undefined ? [] : [schema.description]),
      table(['member', 'is', 'meaning'], listFields(schema)),
    ]),
  );
}
