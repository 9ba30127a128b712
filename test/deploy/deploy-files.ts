import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Reads a file by its path from the project's folder. */
export const readText = (path: string) => readFile(resolve(root, path), 'utf8');
