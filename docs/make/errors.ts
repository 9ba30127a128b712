import { errorCatalogue } from '../../src/main/tables/error-catalogue.ts';
import { type Page, page, table } from './markdown.ts';

export function errorsPage(): Page {
  const modules = [...new Set(errorCatalogue.map(({ code }) => code.split('.')[0]!))];
  return page(
    'errors.md',
    'Errors',
    `Every refusal is \`application/problem+json\` (RFC 9457). Decide by \`code\`, which is stable; show \`title\` or \`detail\` to
people; quote \`requestId\` when you ask for help. A refusal has changed nothing, so the same request, with the same
idempotency key, may be sent again. \`type\` is the address of a page on the server that says the same as this one.`,
    ...modules.flatMap((module) => [
      `## ${module}`,
      ...errorCatalogue
        .filter(({ code }) => code.startsWith(`${module}.`))
        .flatMap(({ code, status, title, explanation }) => [
          `### ${code}`,
          `**${status}** ${title} ${explanation}`,
        ]),
    ]),
    '## What to do with a status',
    table(
      ['status', 'do'],
      [
        ['400, 415, 422', 'Mend the request. The same one will be refused again.'],
        ['401', 'Refresh the access token, or sign in again.'],
        ['403, 404', 'The caller may not, or there is no such thing for this caller.'],
        ['409, 412', 'The state is not what you thought: read again, decide anew.'],
        ['429', 'Wait as long as `Retry-After` says.'],
        [
          '500, 503, no answer',
          'Send it again with the same `Idempotency-Key`, waiting longer each time.',
        ],
      ],
    ),
  );
}
