import { buildPage, PAGE_LIMIT_DEFAULT, type Page } from '../../../shared/pagination.ts';
import { type ApiKeyView, apiKeyView } from '../access/api-key.ts';
import { listApiKeyRows } from '../access/api-key-queries.ts';
import type { AccountsParts } from '../accounts-parts.ts';

/** Lists the keys that have not been revoked, newest first. Throws `request.invalid_cursor`. */
export async function listApiKeys(
  parts: AccountsParts,
  input: { readonly limit?: number; readonly cursor?: string },
): Promise<Page<ApiKeyView>> {
  const { database, cursors } = parts;
  const { limit = PAGE_LIMIT_DEFAULT, cursor } = input;
  const filters = { list: 'api-keys' };
  const [beforeAt, beforeId] =
    cursor === undefined ? [null, null] : (cursors.decode(filters, cursor) as [string, string]);
  const rows = await listApiKeyRows(database, beforeAt, beforeId, limit + 1);
  return buildPage(rows, limit, apiKeyView, (last) =>
    cursors.encode(filters, [last.createdAt.toISOString(), last.id]),
  );
}
