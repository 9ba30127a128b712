import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referencePages } from './reference.ts';

/** `npm run docs`: writes `docs/reference/` from the code. */
const folder = fileURLToPath(new URL('../reference/', import.meta.url));

const pages = await referencePages();
await rm(folder, { recursive: true, force: true });
for (const { path, text } of pages) {
  await mkdir(dirname(`${folder}${path}`), { recursive: true });
  await writeFile(`${folder}${path}`, text);
}
process.stdout.write(`${pages.length} pages written to docs/reference.\n`);
