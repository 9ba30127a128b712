import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { homedir, hostname, tmpdir } from 'node:os';
import { describe, test } from 'node:test';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { buildSbom } from '../../deploy/supply-chain/build-sbom.ts';
import { isAllowed } from '../../deploy/supply-chain/licences.ts';
import { listShippedPackages } from '../../deploy/supply-chain/shipped-packages.ts';
import { readText, root } from './deploy-files.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

interface Locked {
  readonly link?: boolean;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

/** Packages that name a licence, but do not contain its text. */
const NO_TEXT: ReadonlySet<string> = new Set(['react-remove-scroll-bar', 'wouter']);

const manifests = await Promise.all(
  ['package.json', 'clients/typescript/package.json'].map(
    async (path) => JSON.parse(await readText(path)) as Manifest,
  ),
);
const { packages } = JSON.parse(await readText('package-lock.json')) as {
  packages: Readonly<Record<string, Locked>>;
};
const installed = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));

describe('dependencies', () => {
  test('are pinned to one version each', () => {
    for (const { dependencies = {}, devDependencies = {}, overrides = {} } of manifests) {
      for (const [name, version] of Object.entries({
        ...dependencies,
        ...devDependencies,
        ...overrides,
      })) {
        assert.match(version, /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, `${name} ${version}`);
      }
    }
  });

  test('are locked by the hash of their content', () => {
    for (const [path, { link, integrity }] of installed) {
      if (link === true) continue;
      assert.match(integrity ?? '', /^sha512-[A-Za-z0-9+/]{86}==$/, path);
    }
  });

  test('run a script when they are installed only if it is allowed by name', () => {
    const { allowScripts = {} } = manifests[0]!;
    const withScript = installed
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13));
    assert.ok(withScript.length > 0);
    for (const name of withScript) {
      assert.ok(name in allowScripts, `${name} has an install script`);
    }
  });
});

describe('licences', () => {
  test('of everything that ships are on the list of allowed ones', () => {
    const refused = listShippedPackages().filter(({ license }) => !isAllowed(license));
    assert.deepEqual(refused, []);
  });

  test('of everything that the built pages contain are beside them, and it is all on the list of what ships', async () => {
    const listed = new Set(
      listShippedPackages()
        .filter(({ places }) => places.includes('pages'))
        .map(({ name, version }) => `${name}@${version}`),
    );
    for (const page of ['console', 'shop']) {
      const bundled = JSON.parse(await readText(`web/dist/${page}/licences.json`)) as {
        name: string;
        version: string;
        text?: string;
      }[];
      assert.ok(bundled.some(({ name }) => name === 'react'));
      for (const { name, version, text } of bundled) {
        assert.ok(listed.has(`${name}@${version}`), `${page} contains ${name}@${version}`);
        assert.ok(text || NO_TEXT.has(name), `${name} has no text of its licence`);
      }
    }
  });

  test('of alternatives one must be allowed, of combined ones all', () => {
    for (const expression of ['MIT', '(MIT OR GPL-3.0)', 'MIT AND ISC', 'GPL-3.0 OR MIT']) {
      assert.ok(isAllowed(expression), expression);
    }
    for (const expression of [
      null,
      '',
      'GPL-3.0',
      'MIT AND GPL-3.0',
      '(MIT AND GPL-3.0) OR (X)',
      'SEE LICENSE IN LICENSE.md',
      'UNLICENSED',
    ]) {
      assert.ok(!isAllowed(expression), String(expression));
    }
  });
});

describe('the bill of materials', () => {
  const sbom = buildSbom(undefined);
  const refs = new Set(sbom.components.map((component) => component['bom-ref']));

  test('is valid CycloneDX', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
    assert.equal(await validator.validate(JSON.stringify(sbom)), null);
    const timed = buildSbom('1700000000');
    assert.equal(await validator.validate(JSON.stringify(timed)), null);
    assert.equal(timed.metadata.timestamp, '2023-11-14T22:13:20.000Z');
  });

  test('contains all that npm installs without development, what the pages bundle, and the programs', () => {
    const text = execFileSync(
      'npm',
      ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only'],
      { cwd: root, encoding: 'utf8', maxBuffer: 100_000_000 },
    );
    const { components } = JSON.parse(text) as { components: { 'bom-ref': string }[] };
    const own = (ref: string) => ref.startsWith('@holdfast/');
    for (const { 'bom-ref': ref } of components) assert.ok(own(ref) || refs.has(ref), ref);
    const names = new Set(sbom.components.map(({ name }) => name));
    for (const name of ['react', '@mantine/core', 'openapi-fetch', 'postgresql', 'node']) {
      assert.ok(names.has(name), name);
    }
    for (const name of ['vite', 'typescript', '@biomejs/biome', 'playwright-core']) {
      assert.ok(!names.has(name), name);
    }
  });

  test('has a version, a hash, a licence and a package URL for each package, and no dangling reference', () => {
    for (const { name, version, purl, hashes, licenses } of sbom.components) {
      assert.ok(purl.endsWith(`@${version}`), name);
      if (!purl.startsWith('pkg:npm/')) continue;
      assert.equal((hashes as unknown[]).length, 1, name);
      assert.equal((licenses as unknown[]).length, 1, name);
    }
    const known = new Set([...refs, sbom.metadata.component['bom-ref']]);
    for (const { ref, dependsOn } of sbom.dependencies) {
      for (const it of [ref, ...dependsOn]) assert.ok(known.has(it), it);
    }
  });

  test('is the same for the same sources, and names nothing of the machine that made it', () => {
    const text = JSON.stringify(sbom);
    assert.equal(JSON.stringify(buildSbom(undefined)), text);
    for (const own of [root, homedir(), `${tmpdir()}/`, hostname()]) {
      assert.ok(own.length < 4 || !text.includes(own), own);
    }
    assert.equal(sbom.metadata.component.name, 'holdfast');
  });
});
