import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isFileVariable, isPemVariable } from './secret-variables.ts';

/** The environment, or variables in its form. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A file that contains a secret, or a certificate. */
export interface SecretFile {
  /** The variable that names the file, such as `JWT_SECRET_FILE`. */
  readonly variable: string;
  /** Absolute. */
  readonly path: string;
}

export interface SecretFiles {
  /** The secrets that were read, by the name of their variable, without `_FILE`. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly files: readonly SecretFile[];
  /** One sentence for each file that cannot be used. They contain nothing from the file. */
  readonly sentences: readonly string[];
}

/** Longer than any secret and any list of addresses. */
const BYTES_MAX = 16_384;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'is not readable for the user that Holdfast runs as',
  EPERM: 'is not readable for the user that Holdfast runs as',
  ELOOP: 'is a loop of links',
};

/** Reads the secrets whose `<name>_FILE` is set, as Docker and Kubernetes mount them. Relative paths start at `home`. */
export function readSecretFiles(
  names: readonly string[],
  environment: Environment,
  home: string,
): SecretFiles {
  const secrets: Record<string, string> = {};
  const files: SecretFile[] = [];
  const sentences: string[] = [];
  for (const name of names.filter(isFileVariable)) {
    const variable = `${name}_FILE`;
    const given = environment[variable]?.trim() ?? '';
    if (given === '') continue;
    if ((environment[name]?.trim() ?? '') !== '') {
      sentences.push(`${name} and ${variable} are both set: remove one of them.`);
      continue;
    }
    const path = resolve(home, given);
    try {
      secrets[name] = readSecret(path, isPemVariable(name));
      files.push({ variable, path });
    } catch (error) {
      if (!(error instanceof UnusableFile)) throw error;
      sentences.push(
        `${variable} is ${JSON.stringify(given.slice(0, 200))}, but ${error.message}.`,
      );
    }
  }
  return { secrets, files, sentences };
}

/** Its message ends a sentence. */
class UnusableFile extends Error {}

/** Returns the content without one newline at its end. Never waits, as reading from a pipe would. */
function readSecret(path: string, hasLines: boolean): string {
  const text = decode(path, readBytes(path)).replace(/\r?\n$/, '');
  if (text.trim() === '')
    throw new UnusableFile(`the file ${path} is empty: write the secret to it`);
  if (!hasLines && /\p{Cc}/u.test(text)) {
    throw new UnusableFile(
      `the file ${path} has several lines or control characters: write only the secret to it, on one line`,
    );
  }
  return text;
}

function readBytes(path: string): Buffer {
  try {
    if (!statSync(path).isFile()) throw new UnusableFile(`${path} is not a file`);
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(BYTES_MAX + 1);
      let length = 0;
      let read: number;
      do {
        read = readSync(file, bytes, length, bytes.length - length, null);
        length += read;
      } while (read > 0 && length < bytes.length);
      if (length > BYTES_MAX) {
        throw new UnusableFile(`the file ${path} is longer than ${BYTES_MAX} bytes`);
      }
      return bytes.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof UnusableFile) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UnusableFile(`the file ${path} ${REASONS[code] ?? `cannot be read (${code})`}`);
  }
}

/** Without a byte order mark. */
function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnusableFile(`the file ${path} is not UTF-8 text`);
  }
}
