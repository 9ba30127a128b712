import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { modules as moduleList } from '../../src/main/modules/modules.ts';
import {
  listImports,
  root,
  type SourceFile,
  sourceFiles,
  withoutComments,
} from './source-files.ts';

const modules = globSync('src/modules/*/index.ts', { cwd: root })
  .map((path) => path.split('/')[2]!)
  .sort();
const capitalized = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;
const textOf = (path: string) => sourceFiles(path).map(({ text }) => text)[0] ?? '';

describe('the conventions of modules', () => {
  for (const module of modules) {
    test(`${module}: create${capitalized(module)} and ${module}Declaration are in its public interface`, async () => {
      const path = `${root}/src/modules/${module}/index.ts`;
      const publicInterface: Record<string, unknown> = await import(pathToFileURL(path).href);
      assert.equal(typeof publicInterface[`create${capitalized(module)}`], 'function');
      const declaration = publicInterface[`${module}Declaration`] as { name: string };
      assert.equal(declaration.name, module);
      const others = Object.keys(publicInterface).filter((name) =>
        /Declaration$|^register/.test(name),
      );
      assert.deepEqual(others, [`${module}Declaration`], 'declared once; routes are in the module');
    });

    test(`${module}: it is built in one file, from dependencies with its name`, () => {
      const text = textOf(`src/modules/${module}/create-${module}.ts`);
      const name = capitalized(module);
      assert.match(text, new RegExp(`^export (interface|type) ${name}Dependencies\\b`, 'm'));
      assert.match(
        text,
        new RegExp(`^export function create${name}\\([\\s\\S]*?\\): Module<`, 'm'),
      );
    });
  }

  test('every module is in the list of modules', () => {
    const listed = moduleList.declarations.map(({ name }) => name);
    assert.deepEqual(
      modules.filter((module) => !listed.includes(module)),
      [],
    );
    assert.equal(new Set(listed).size, listed.length, 'a name is used twice');
  });

  test('each access rule, tag and place of a tag is declared by one module', () => {
    const tables = moduleList.declarations.map((declaration) => [
      ...Object.keys({ ...declaration.access, ...declaration.probeAccess }),
      ...(declaration.tags ?? []).flatMap(({ name, place }) => [name, `place ${place}`]),
    ]);
    const all = tables.flat();
    assert.deepEqual(
      all.filter((name, index) => all.indexOf(name) !== index),
      [],
    );
  });

  test('a limit belongs to an operation of its module', () => {
    const strangers = moduleList.declarations.flatMap(({ access = {}, limits = {} }) =>
      Object.keys(limits).filter((id) => !Object.hasOwn(access, id)),
    );
    assert.deepEqual(strangers, []);
  });
});

describe('composition', () => {
  test('fits on a few screens', () => {
    assert.ok(textOf('src/main/compose/compose.ts').split('\n').length < 150);
  });

  test('names the modules in one file, and the tables are built from their declarations', () => {
    const tables = sourceFiles('src/main/tables/*.ts');
    const named = tables
      .flatMap(listImports)
      .filter(({ to }) => to.startsWith('src/modules/') && to !== 'src/modules/module.ts');
    assert.deepEqual(named, []);
    assert.ok(tables.length > 0);
  });

  test('uses nothing before it exists', () => {
    const files = sourceFiles(
      'src/main/{compose,infrastructure,modules}/*.ts',
      ...modules.map((module) => `src/modules/${module}/create-${module}.ts`),
    );
    assert.ok(files.length > modules.length);
    assert.deepEqual(files.flatMap(forwardUses), []);
  });

  test('finds a use before the declaration, also in a closure', () => {
    const text = `export function createThing() {
  const first = () => second.go();
  const { second, third: fourth } = make({ fourth: 1 });
  return { first, second, fourth };
}
`;
    assert.deepEqual(forwardUses({ path: 'x.ts', text }), ['x.ts: second']);
  });
});

/** Returns the names of a function's own constants that it uses above their declaration. */
function forwardUses({ path, text }: SourceFile): string[] {
  const code = withoutComments(text).replace(/'[^'\n]*'/g, "''");
  const bodies = code.match(/^(export )?(async )?function [\s\S]*?^}/gm) ?? [];
  return bodies.flatMap((body) =>
    [...body.matchAll(/^ {2}(?:const|let) (\w+|\{[^}]*\})/gm)].flatMap(({ 1: names = '', index }) =>
      names
        .replace(/\w+:/g, '')
        .match(/\w+/g)!
        // Excludes members and keys of objects and types.
        .filter((name) =>
          new RegExp(`(?<![.\\w])${name}\\b(?!\\??:)`).test(afterParameters(body.slice(0, index))),
        )
        .map((name) => `${path}: ${name}`),
    ),
  );
}

/** Skips the parameters, which may have the same names as members. */
function afterParameters(body: string): string {
  return body.slice(body.search(/\{$/m) + 1);
}
