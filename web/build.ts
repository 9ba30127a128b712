import { execFile } from 'node:child_process';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { describeApi } from '../src/main/compose/describe-api.ts';
import { readConfig } from '../src/main/config/read-config.ts';

/**
 * `npm run build:web`, also run after each install: generates the client's types from the server's OpenAPI document,
 * compiles the client as others import it, then builds the console and the shop from these types.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const client = `${root}clients/typescript`;

async function generateTypes(): Promise<void> {
  // The defaults, so that the types do not depend on this machine's environment.
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

/** Emits JavaScript and declarations, with the client's own version of the compiler. */
async function compileClient(): Promise<void> {
  const compiler = `${client}/node_modules/typescript/bin/tsc`;
  await promisify(execFile)(process.execPath, [compiler, '-p', `${client}/tsconfig.build.json`]);
}

async function buildPages(): Promise<void> {
  const { build } = await import('vite');
  const building = `${root}web/dist/.building`;
  for (const page of ['console', 'shop']) {
    // Not in the folder that a server may be serving, which is replaced only when the new page is complete.
    const staging = `${building}/${page}`;
    await build({
      configFile: `${root}web/vite.config.ts`,
      mode: page,
      logLevel: 'warn',
      build: { outDir: staging },
    });
    await compress(staging);
    await rm(`${root}web/dist/${page}`, { recursive: true, force: true });
    await rename(staging, `${root}web/dist/${page}`);
  }
  await rm(building, { recursive: true });
}

/** A smaller file fits into the first packet anyway, so compressing it saves nothing. */
const COMPRESSED_FROM_BYTES = 1_000;

/**
 * Compresses each file once, at the highest level, so that the server only picks the variant that the browser accepts.
 */
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

/**
 * `npx holdfast` in this folder links the package to itself, which npm treats as an install. It has been built before.
 */
const isOnlyLinked = process.argv.includes('--after-install') && process.env.npm_command === 'exec';

try {
  if (!isOnlyLinked) await build();
} catch (error) {
  // The server runs without its pages, and in the middle of a change the sources may not compile.
  if (!process.argv.includes('--after-install')) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The pages were not built (${reason}). Run "npm run build:web".\n`);
}
