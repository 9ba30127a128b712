import { Redis } from 'ioredis';
import { expandResponses } from '../../src/modules/orders/placement/stored-responses.ts';
import { query } from './until.ts';

/** Where something was found, such as `public.users`. */
export type KeptTexts = ReadonlyMap<string, string>;

/**
 * Returns the text of every row of every table that the owner of a database can read, by table: those of the queue, too.
 * Responses that are stored compressed are expanded.
 */
export async function dumpEverything(ownerUrl: string): Promise<KeptTexts> {
  const tables = await query(
    ownerUrl,
    `select format('%I.%I', table_schema, table_name) as name
       from information_schema.tables
      where table_type = 'BASE TABLE'
        and table_schema not in ('pg_catalog', 'information_schema')
      order by 1`,
  );
  const texts = new Map<string, string>();
  for (const { name } of tables) {
    const rows = await query(ownerUrl, `select kept::text as row from ${name} as kept`);
    texts.set(name as string, rows.map(({ row }) => row).join('\n'));
  }
  const stored = await query(ownerUrl, 'select responses, dictionary from order_responses');
  const responses = stored.flatMap(({ responses, dictionary }) =>
    expandResponses(responses as Buffer, dictionary as number),
  );
  texts.set('the responses of orders', responses.join('\n'));
  return texts;
}

/** The command that reads a value, by its type. */
const readers: Readonly<Record<string, readonly [command: string, ...rest: string[]]>> = {
  string: ['get'],
  hash: ['hgetall'],
  list: ['lrange', '0', '-1'],
  set: ['smembers'],
  zset: ['zrange', '0', '-1'],
  stream: ['xrange', '-', '+'],
};

/** Returns everything in a Redis, as one text. */
export async function dumpRedis(url: string): Promise<string> {
  const client = new Redis(url);
  try {
    const parts: unknown[] = [];
    for (const key of await client.keys('*')) {
      const [command, ...rest] = readers[await client.type(key)]!;
      parts.push(key, JSON.stringify(await client.call(command, key, ...rest)));
    }
    return parts.join('\n');
  } finally {
    client.disconnect();
  }
}

/** Returns where each of the marks is found, as text or as the hexadecimal of its bytes. */
export function findMarks(
  texts: KeptTexts,
  marks: readonly string[],
): { readonly mark: string; readonly place: string }[] {
  return marks.flatMap((mark) => {
    const bytes = Buffer.from(mark).toString('hex');
    return [...texts].flatMap(([place, text]) =>
      text.includes(mark) || text.includes(bytes) ? [{ mark, place }] : [],
    );
  });
}
