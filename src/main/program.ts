import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface PackageFile {
  readonly version: string;
}

/** Source and build are at the same depth below the project, so one URL works for both. */
const packageFile = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as PackageFile;

export const version = packageFile.version;

/** The folder of `package.json`. */
export const programFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** The folder of the built console and shop. */
export const webFolder = fileURLToPath(new URL('../../web/dist/', import.meta.url));
