import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillPrivacyGuide } from './personal-data.ts';
import { referencePages } from './reference.ts';

/** `npm run docs`: writes `docs/reference/` from the code, and the tables of the privacy guide. */
const folder = fileURLToPath(new URL('../reference/', import.meta.url));

const pages = await referencePages();
await rm(folder, { recursive: true, force: true });
for (const { path, text } of pages) {
  await mkdir(dirname(`${folder}${path}`), { recursive: true });
  await writeFile(`${folder}${path}`, text);
}
const privacyGuide = fileURLToPath(new URL('../guides/privacy.md', import.meta.url));
await writeFile(privacyGuide, fillPrivacyGuide(await readFile(privacyGuide, 'utf8')));
process.stdout.write(`${pages.length} pages written to docs/reference.\n`);
