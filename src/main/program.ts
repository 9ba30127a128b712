import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface PackageFile {
  readonly version: string;
}

/** Source and build lie at the same depth below the project, so one address serves both. */
const packageFile = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as PackageFile;

export const version = packageFile.version;

/** Where `package.json` lies. */
export const programFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** Where console and shop lie when they are built. */
export const webFolder = fileURLToPath(new URL('../../web/dist/', import.meta.url));
