import { execFile } from 'node:child_process';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { describeApi } from '../src/main/compose/describe-api.ts';
import { readConfig } from '../src/main/config/read-config.ts';

/**
 * `npm run build:web`, and after each install: the client's types from the OpenAPI document that the server makes of
 * its schemas, the client as others import it, then the pages of console and shop from these types.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const client = `${root}clients/typescript`;

async function generateTypes(): Promise<void> {
  // The defaults, so that the types are the same whatever stands in this machine's environment.
  const document = await describeApi(readConfig({}));
  await writeFile(`${client}/openapi.json`, document);
  await promisify(execFile)(
    process.execPath,
    [
      `${client}/node_modules/openapi-typescript/bin/cli.js`,
      `${client}/openapi.json`,
      '--output',
      `${client}/src/schema.ts`,
      '--root-types',
      '--root-types-no-schema-prefix',
    ],
    { cwd: client },
  );
}

/** JavaScript and declarations, by the compiler of the client's own choice. */
async function compileClient(): Promise<void> {
  const compiler = `${client}/node_modules/typescript/bin/tsc`;
  await promisify(execFile)(process.execPath, [compiler, '-p', `${client}/tsconfig.build.json`]);
}

async function buildPages(): Promise<void> {
  const { build } = await import('vite');
  const building = `${root}web/dist/.building`;
  for (const page of ['console', 'shop']) {
    // Beside the one that a server may be serving, which has its page until the new one is whole.
    const beside = `${building}/${page}`;
    await build({
      configFile: `${root}web/vite.config.ts`,
      mode: page,
      logLevel: 'warn',
      build: { outDir: beside },
    });
    await compress(beside);
    await rm(`${root}web/dist/${page}`, { recursive: true, force: true });
    await rename(beside, `${root}web/dist/${page}`);
  }
  await rm(building, { recursive: true });
}

/** Below this a second file saves nothing: it all fits into the first packet. */
const COMPRESSED_FROM_BYTES = 1_000;

/** Once, as hard as it goes, so that the server only picks the file that the browser takes. */
async function compress(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path);
    if (content.length < COMPRESSED_FROM_BYTES) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }));
    await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
  }
}

async function build(): Promise<void> {
  await generateTypes();
  await compileClient();
  if (!process.argv.includes('--types-only')) await buildPages();
}

/** `npx holdfast` in this folder links the package for itself, which npm takes for an install: it has been built before. */
const isOnlyLinked = process.argv.includes('--after-install') && process.env.npm_command === 'exec';

try {
  if (!isOnlyLinked) await build();
} catch (error) {
  // The server runs without its pages; and what is being changed may not hold together for a moment.
  if (!process.argv.includes('--after-install')) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The pages are not built (${reason}): run "npm run build:web".\n`);
}
