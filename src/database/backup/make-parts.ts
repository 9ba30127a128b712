import pg from 'pg';
import { listParts } from './describe-content.ts';
import { type BackedUpPart, BackupError } from './format.ts';

const NAME = /^public\.[a-z0-9_]+$/;
const BOUND = /^FOR VALUES FROM \((MINVALUE|'-?\d+')\) TO \((MAXVALUE|'-?\d+')\)$/;

/**
 * Makes the tables have the same parts as in the backup. A new one is like the first one, which the migrations create: nothing of
 * the file but its name and its range is used. Throws BackupError for another kind of part.
 */
export async function makeParts(
  client: pg.ClientBase,
  wanted: readonly BackedUpPart[],
): Promise<void> {
  const created = await listParts(client);
  for (const part of wanted) {
    if (created.some(({ name }) => name === part.name)) continue;
    const first = created.find(({ table }) => table === part.table);
    if (first === undefined || !NAME.test(part.name) || !BOUND.test(part.bound)) {
      throw new BackupError(`Its table ${part.table} has parts that this version cannot make.`);
    }
    await makePart(client, part, first.name);
  }
  for (const { name } of created) {
    if (!wanted.some((part) => part.name === name)) await client.query(`drop table ${name}`);
  }
}

/** Before it is attached it gets the constraints, and afterwards the triggers, that the other part has of its own. */
async function makePart(
  client: pg.ClientBase,
  { name, table, bound }: BackedUpPart,
  model: string,
): Promise<void> {
  const rename = (text: string) => text.replace(toBareName(model), toBareName(name));
  await client.query(
    `create table ${name} (like ${table} including defaults including constraints)`,
  );
  const { rows: constraints } = await client.query<{ name: string; text: string }>(
    `select conname as name, pg_get_constraintdef(oid) as text
       from pg_constraint
      where conrelid = $1::regclass
        and contype = 'u'
        and conparentid = 0`,
    [model],
  );
  for (const { name: given, text } of constraints) {
    await client.query(
      `alter table ${name} add constraint ${pg.escapeIdentifier(rename(given))} ${text}`,
    );
  }
  await client.query(`alter table ${table} attach partition ${name} ${bound}`);
  const { rows: triggers } = await client.query<{ text: string }>(
    `select pg_get_triggerdef(oid) as text
       from pg_trigger
      where tgrelid = $1::regclass
        and tgparentid = 0
        and not tgisinternal`,
    [model],
  );
  // The name of the part is in that of the trigger and in that of its table.
  for (const { text } of triggers) {
    await client.query(text.replaceAll(toBareName(model), toBareName(name)));
  }
}

function toBareName(name: string): string {
  return name.replace('public.', '');
}
