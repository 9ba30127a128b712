import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where a package ends up: among the server's modules, or inside the files of the console or the shop. */
export type Place = 'server' | 'pages';

export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. Null if the package states none. */
  readonly license: string | null;
  readonly places: readonly Place[];
}

/** A package in `package-lock.json`, by the path at which it is installed. */
interface Locked {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  /** Whether the path is a link to a workspace, whose path is `resolved`. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type Lock = Readonly<Record<string, Locked>>;

/** The typed client, which the pages contain. */
const CLIENT = 'clients/typescript';
const PAGES = 'web/{console,shop,shared}/**/*.{ts,tsx}';
/** A package that the source imports, with or without a path inside it. */
const IMPORT = /(?:from|import|import\() ?'((?:@[a-z0-9._-]+\/)?[a-z0-9][a-z0-9_-]*)(?:\/[^']*)?'/g;

/**
 * Lists the packages that reach those who run Holdfast, by name: what the server needs at run time on any platform, and
 * everything that the pages could bundle. Bundlers leave parts out, so the second is rather too much than too little.
 */
export function listShippedPackages(): ShippedPackage[] {
  const lock = (JSON.parse(read('package-lock.json')) as { packages: Lock }).packages;
  const server = followDependencies(lock, '', Object.keys(lock['']?.dependencies ?? {}));
  const pages = new Set([
    ...followDependencies(lock, '', findPageImports()),
    ...followDependencies(lock, CLIENT, Object.keys(lock[CLIENT]?.dependencies ?? {})),
  ]);
  return [...new Set([...server, ...pages])]
    .filter((path) => path.includes('node_modules/'))
    .map((path): ShippedPackage => {
      const { version = '', license = null } = lock[path]!;
      return {
        name: lock[path]!.name ?? path.slice(path.lastIndexOf('node_modules/') + 13),
        version,
        license,
        places: [
          ...(server.has(path) ? (['server'] as const) : []),
          ...(pages.has(path) ? (['pages'] as const) : []),
        ],
      };
    })
    .sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
}

function sortKey({ name, version }: ShippedPackage): string {
  return `${name}@${version}`;
}

/** Lists the packages that the sources of the console and the shop import. */
function findPageImports(): string[] {
  const names = globSync(PAGES, { cwd: root }).flatMap((path) =>
    [...read(path).matchAll(IMPORT)].map(([, name]) => name!),
  );
  return [...new Set(names)].filter((name) => !name.startsWith('node:'));
}

/** Returns the paths of these packages and of all that they need. */
function followDependencies(lock: Lock, from: string, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const pending = names.map((name) => ({ from, name, isOptional: false }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const path = resolvePackage(lock, next.from, next.name);
    if (path === null && next.isOptional) continue;
    if (path === null) throw new Error(`${next.name} is not in package-lock.json`);
    if (found.has(path)) continue;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = lock[path]!;
    const peers = Object.keys(peerDependencies).filter(
      (name) => lock[path]!.peerDependenciesMeta?.[name]?.optional !== true,
    );
    for (const name of [...Object.keys(dependencies), ...peers]) {
      pending.push({ from: path, name, isOptional: name in optionalDependencies });
    }
    for (const name of Object.keys(optionalDependencies)) {
      pending.push({ from: path, name, isOptional: true });
    }
  }
  return found;
}

/** Finds a package as Node.js does: in the nearest folder `node_modules` on the way up. */
function resolvePackage(lock: Lock, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    const locked = lock[path];
    if (locked?.link === true) return locked.resolved ?? null;
    if (locked !== undefined) return path;
    if (folder === '') return null;
  }
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
