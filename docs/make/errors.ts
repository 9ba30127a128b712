import { errorCatalogue } from '../../src/main/tables/error-catalogue.ts';
import { type Page, page, table } from './markdown.ts';

export function errorsPage(): Page {
  const modules = [...new Set(errorCatalogue.map(({ code }) => code.split('.')[0]!))];
  return page(
    'errors.md',
    'Errors',
    `Every refusal is \`application/problem+json\` (RFC 9457). Branch on \`code\`, which is stable; show \`title\` or \`detail\` to
people; quote \`requestId\` when you ask for help. A refusal has changed nothing, so the same request, with the same
idempotency key, may be sent again. \`type\` is the URL of a page on the server with the same explanation as here.`,
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
        ['400, 415, 422', 'Correct the request. The same request will be refused again.'],
        ['401', 'Refresh the access token, or sign in again.'],
        [
          '403, 404',
          'The caller is not permitted, or the resource does not exist for this caller.',
        ],
        ['409, 412', 'The state is not what you assumed: read it again, then decide again.'],
        ['429', 'Wait as long as `Retry-After` requests.'],
        [
          '500, 503, no response',
          'Send it again with the same `Idempotency-Key`, waiting longer each time.',
        ],
      ],
    ),
  );
}
