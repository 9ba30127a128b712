import { lstatSync, readFileSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { parseEnv } from 'node:util';
import { programFolder } from '../program.ts';
import { ConfigurationError } from './configuration-error.ts';

type Variables = Record<string, string | undefined>;

/**
 * Returns the folder of `.env` and `.holdfast`, regardless of the working directory: HOLDFAST_HOME, or the project's
 * folder. If Holdfast is below `node_modules`, that is the project that installed it. Throws ConfigurationError.
 */
export function findHome(environment: Variables, program: string = programFolder): string {
  const given = environment.HOLDFAST_HOME?.trim() ?? '';
  if (given !== '') {
    const home = resolve(getWorkingDirectory(environment), given);
    if (isFolder(home)) return home;
    throw new ConfigurationError([
      `HOLDFAST_HOME is ${JSON.stringify(given)}, but the folder ${home} does not exist: create it, or name another one.`,
    ]);
  }
  const [above = program, ...below] = program.split(`${sep}node_modules${sep}`);
  // npx runs packages from npm's own cache, where no database should be.
  const isCache = above.split(sep).includes('_npx');
  if (below.length === 0 || (!isCache && isFile(join(above, 'package.json')))) return above;
  throw new ConfigurationError([
    'HOLDFAST_HOME is missing: Holdfast is installed globally, so name the folder for .env and .holdfast.',
  ]);
}

/**
 * Returns the caller's working directory. `npm run` changes to the project's folder first and passes the original one.
 */
export function getWorkingDirectory({ npm_lifecycle_event, INIT_CWD }: Variables): string {
  const isByNpm = npm_lifecycle_event === 'holdfast' && process.cwd() === programFolder;
  return isByNpm && INIT_CWD !== undefined ? INIT_CWD : process.cwd();
}

/**
 * Returns the variables of the folder's `.env` file, or none if it does not exist. Throws ConfigurationError if the
 * file cannot be read or is not UTF-8.
 */
export function readEnvFile(home: string): Record<string, string> {
  const path = join(home, '.env');
  const bytes = readFileIfExists(path);
  if (bytes === null) return {};
  let text: string;
  try {
    // Removes a byte order mark. What editors call "Unicode" is often UTF-16, in which Latin letters contain a zero
    // byte.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = '\0';
  }
  if (text.includes('\0')) {
    throw new ConfigurationError([`${path} is not UTF-8: save it in this encoding.`]);
  }
  const variables = parseEnv(text) as Record<string, string>;
  if ((variables.HOLDFAST_HOME ?? '') !== '') {
    throw new ConfigurationError([
      `HOLDFAST_HOME is set in ${path}, which is found through it: set it in the environment instead.`,
    ]);
  }
  return variables;
}

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder. Remove it, or replace it with a file',
  EACCES: 'permission denied. Make it readable for the user that Holdfast runs as',
  EPERM: 'permission denied. Make it readable for the user that Holdfast runs as',
  ENOENT: 'it is a broken link. Remove it, or replace it with a file',
  ELOOP: 'its links form a loop. Remove it, or replace it with a file',
};

function readFileIfExists(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
    throw new ConfigurationError([`${path} cannot be read: ${REASONS[code] ?? message}.`]);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
