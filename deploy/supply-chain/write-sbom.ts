import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { buildSbom } from './build-sbom.ts';
import { root } from './shipped-packages.ts';

/** `npm run sbom [-- FILE]`: writes the bill of materials of what ships, to `dist/sbom.cdx.json` by default. */
const [, , file = join(root, 'dist/sbom.cdx.json')] = process.argv;
const sbom = buildSbom(process.env.SOURCE_DATE_EPOCH);
await mkdir(dirname(resolve(file)), { recursive: true });
await writeFile(file, `${JSON.stringify(sbom, null, 2)}\n`);
process.stdout.write(`${sbom.components.length} components written to ${resolve(file)}.\n`);
