#!/usr/bin/env node
// Plain JavaScript that any Node can read: finds a Node that is new enough and the program, source or build, and has it
// run as it should.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_MAJOR_MIN = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * V8 lets garbage grow by default: two times 64 MB of young objects, and four times what was alive of the old ones. A
 * server that lives on 60 MB took 400 under load. With these it takes half of that, for no more processor time that could
 * be measured. A flag of the caller's own wins.
 */
const V8_FLAGS = ['--max-semi-space-size=16', '--heap-growing-percent=50'];
/** Of the C library, which otherwise keeps freed memory in eight places for each processor. Read when a process begins. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR_MIN) runWithNewerNode();
else if (canBecome() && !hasFlags()) become();
else await runHere();

/** Most flags of V8 count only from the beginning of a process. Windows cannot replace one: there it runs without. */
function canBecome() {
  return process.execve !== undefined && process.platform !== 'win32';
}

function hasFlags() {
  return flagsToGive().every((flag) => process.execArgv.includes(flag));
}

/** This process stays, with its id, its parent and its signals, and begins anew with the flags. */
function become() {
  process.execve(process.execPath, [process.execPath, ...argumentsToGive()], environmentToGive());
}

/** NODE_OPTIONS would lose to the command line. */
function flagsToGive() {
  const given = process.env.NODE_OPTIONS ?? '';
  return V8_FLAGS.filter((flag) => !given.includes(flag.split('=')[0]));
}

/** Of two that contradict each other Node takes the later: the caller's own. */
function argumentsToGive() {
  const program = fileURLToPath(import.meta.url);
  return [...flagsToGive(), ...process.execArgv, program, ...process.argv.slice(2)];
}

function environmentToGive() {
  return { ...ENVIRONMENT, ...process.env };
}

async function runHere() {
  // Source without types and compiled, kept from the last run: half of the processor time of a start. Where it cannot be
  // written, it is left. NODE_COMPILE_CACHE names another folder.
  module.enableCompileCache?.(join(root, 'node_modules', '.cache', 'holdfast'));
  const { run } = await import(pathToFileURL(findProgram()).href);
  process.exitCode = await run(process.argv.slice(2));
}

/** Node strips types everywhere but below node_modules, so an installed package brings its build. */
function findProgram() {
  const source = join(root, 'src', 'main', 'cli', 'cli.ts');
  const isInstalled = root.split(sep).includes('node_modules');
  if (!isInstalled && existsSync(source)) return source;
  return join(root, 'dist', 'main', 'cli', 'cli.js');
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
  const child = spawn(node, argumentsToGive(), { stdio: 'inherit', env: environmentToGive() });
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
