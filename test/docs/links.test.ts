import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { buildAnchor } from '../../docs/make/markdown.ts';
import { root } from '../tidy/source-files.ts';
import { pages, stripCode } from './pages.ts';

interface Link {
  readonly page: string;
  readonly target: string;
}

const links = pages.flatMap(({ path, text }): Link[] =>
  [...stripCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => ({
    page: path,
    target: target!,
  })),
);
const internal = links.filter(({ target }) => !/^[a-z]+:/.test(target));

/** Lists the anchors of all headings. Repeated ones get -1, -2 …. */
function listAnchors(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of stripCode(text).matchAll(/^#{1,6} (.*)$/gm)) {
    const anchor = buildAnchor(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    let unused = anchor;
    for (let again = 1; anchors.has(unused); again += 1) unused = `${anchor}-${again}`;
    anchors.add(unused);
  }
  return anchors;
}

test('pages and links are found', () => {
  assert.ok(pages.length > 20, `${pages.length} pages`);
  assert.ok(internal.length > 100, `${internal.length} links`);
});

test('every link inside the project leads to an existing file', () => {
  const broken = internal
    .filter(({ target }) => !target.startsWith('#'))
    .filter(({ page, target }) => !existsSync(join(root, dirname(page), target.split('#')[0]!)));
  assert.deepEqual(broken, []);
});

test('every link to a heading leads to an existing one', () => {
  const anchors = new Map(pages.map(({ path, text }) => [path, listAnchors(text)]));
  const broken = internal.filter(({ page, target }) => {
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page : normalize(join(dirname(page), file));
    return anchor !== undefined && anchors.get(path)?.has(anchor) !== true;
  });
  assert.deepEqual(broken, []);
});

test('every page of docs/ can be reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const link of internal.filter((one) => one.page === page)) {
      const path = normalize(join(dirname(page), link.target.split('#')[0]!));
      if (path.endsWith('.md')) reached.add(path);
    }
  }
  const lost = pages
    .map(({ path }) => path)
    .filter((path) => path.startsWith('docs/') && !path.startsWith('docs/decisions/'))
    .filter((path) => !reached.has(path));
  assert.deepEqual(lost, []);
});

test('every path of the project named in a text exists', () => {
  const folders = 'src|test|docs|web|clients|deploy|migrations|bench';
  const named = pages.flatMap(({ path, text }) =>
    [...stripCode(text).matchAll(new RegExp(`\`((?:${folders})/[\\w./-]+)\``, 'g'))].map(
      ([, target]): Link => ({ page: path, target: target! }),
    ),
  );
  assert.ok(named.length > 10, `${named.length} paths`);
  assert.deepEqual(
    named.filter(
      ({ page, target }) =>
        !existsSync(join(root, target)) && !existsSync(join(root, dirname(page), target)),
    ),
    [],
  );
});
