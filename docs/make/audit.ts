import { auditTypes } from '../../src/audit/index.ts';
import { code, type Page, page, table } from './markdown.ts';

export function auditPage(): Page {
  return page(
    'audit.md',
    'Audit',
    `The types of rows in the [audit](../concepts/audit.md), as \`GET /api/operations/audit\` lists them. A type is the kind of its
subject and a verb. Types are never renamed or removed, since rows are kept for ever; ignore unknown ones.`,
    table(
      ['type', 'when'],
      Object.entries(auditTypes).map(([type, when]) => [code(type), when]),
    ),
  );
}
