#!/usr/bin/env node
// Plain JavaScript that any Node can read: finds a Node that is new enough and the program, source or build.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_MAJOR_MIN = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) await runHere();
else runWithNewerNode();

async function runHere() {
  const { run } = await import(pathToFileURL(findProgram()).href);
  process.exitCode = await run(process.argv.slice(2));
}

/** Node strips types everywhere but below node_modules, so an installed package brings its build. */
function findProgram() {
  const source = join(root, 'src', 'main', 'cli.ts');
  const isInstalled = root.split(sep).includes('node_modules');
  if (!isInstalled && existsSync(source)) return source;
  return join(root, 'dist', 'main', 'cli.js');
}

function runWithNewerNode() {
  const node = findNode();
  if (node === null) {
    process.stderr.write(
      `Holdfast needs Node.js ${NODE_MAJOR_MIN} or later; this is ${process.versions.node}. ` +
        'Run "npm ci", which brings one along, or install a newer Node.js.\n',
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; this process only waits for the other to end.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code;
    else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}

/** The Node that npm installed beside the program: in its own node_modules or, when hoisted, in one above. */
function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = root; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', 'node', 'bin', name);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return null;
  }
}
