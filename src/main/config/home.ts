import { lstatSync, readFileSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { parseEnv } from 'node:util';
import { programFolder } from '../program.ts';
import { ConfigurationError } from './configuration-error.ts';

type Variables = Record<string, string | undefined>;

/**
 * The folder in which `.env` and `.holdfast` are looked for, wherever a command is called from: HOLDFAST_HOME, or the
 * project's own. Below `node_modules` that is the project that installed it. Throws ConfigurationError.
 */
export function findHome(environment: Variables, program: string = programFolder): string {
  const given = environment.HOLDFAST_HOME?.trim() ?? '';
  if (given !== '') {
    const home = resolve(getWorkingDirectory(environment), given);
    if (isFolder(home)) return home;
    throw new ConfigurationError([
      `HOLDFAST_HOME is ${JSON.stringify(given)}, but there is no folder ${home}: make it, or name another one.`,
    ]);
  }
  const [above = program, ...below] = program.split(`${sep}node_modules${sep}`);
  // npm keeps what npx runs in a cache of its own, which no database should be in.
  const isCache = above.split(sep).includes('_npx');
  if (below.length === 0 || (!isCache && isFile(join(above, 'package.json')))) return above;
  throw new ConfigurationError([
    'HOLDFAST_HOME is missing: Holdfast is installed for the whole machine, so name the folder of its .env and .holdfast.',
  ]);
}

/** Where the caller stands. `npm run` goes to the project's folder first, and says where it was called. */
export function getWorkingDirectory({ npm_lifecycle_event, INIT_CWD }: Variables): string {
  const isByNpm = npm_lifecycle_event === 'holdfast' && process.cwd() === programFolder;
  return isByNpm && INIT_CWD !== undefined ? INIT_CWD : process.cwd();
}

/**
 * What the `.env` file of the folder sets; nothing when there is none. Throws ConfigurationError when it cannot be read,
 * or is no text in UTF-8.
 */
export function readEnvFile(home: string): Record<string, string> {
  const path = join(home, '.env');
  const bytes = readFileIfExists(path);
  if (bytes === null) return {};
  let text: string;
  try {
    // Takes a byte order mark away. What editors call "Unicode" is often UTF-16, in which every letter has a zero byte.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = '\0';
  }
  if (text.includes('\0')) {
    throw new ConfigurationError([`${path} is no text in UTF-8: save it anew in this encoding.`]);
  }
  const variables = parseEnv(text) as Record<string, string>;
  if ((variables.HOLDFAST_HOME ?? '') !== '') {
    throw new ConfigurationError([
      `HOLDFAST_HOME stands in ${path}, which is only found by it: set it in the environment.`,
    ]);
  }
  return variables;
}

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder. Remove it, or put a file in its place',
  EACCES:
    'this user may not. Give the file to the user that Holdfast runs as, or let that user read it',
  EPERM:
    'this user may not. Give the file to the user that Holdfast runs as, or let that user read it',
  ENOENT: 'it is a link to nothing. Remove it, or put a file in its place',
  ELOOP: 'its links lead in a circle. Remove it, or put a file in its place',
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
