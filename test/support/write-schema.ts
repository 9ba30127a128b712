/** `npm run schema`: rewrites schema.sql after a change of the migrations. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describeSchema } from './describe-schema.ts';
import { makeRunFolder, startThrowawayServer } from './throwaway-server.ts';

const folder = await makeRunFolder();
const server = await startThrowawayServer(folder.path, undefined);
try {
  const client = new pg.Client({ connectionString: server.template.url });
  await client.connect();
  const schema = await describeSchema(client);
  await client.end();
  await writeFile(
    fileURLToPath(new URL('../../schema.sql', import.meta.url)),
    `-- The migrated schema, for reading. Made by "npm run schema"; a test holds it to the migrations.\n${schema}`,
  );
} finally {
  await server.stop();
  await folder.remove();
}
