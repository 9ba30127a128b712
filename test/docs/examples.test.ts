import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { after, describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { TEST_ENCRYPTION_KEY } from '../support/encryption-key.ts';
import { ownPort } from '../support/own-port.ts';
import { startServerProcess } from '../support/server-process.ts';
import { root } from '../tidy/source-files.ts';
import { type Example, findExamples, pages } from './pages.ts';

/**
 * The examples of README and guides, run as a reader would run them, against a newly started server. The examples of a
 * page form one program; pages are independent of each other.
 */
const EXAMPLES_TIMEOUT_MS = 500_000;

const db = await testDatabase();
const port = await ownPort();
const url = `http://localhost:${port}`;
const server = await startServerProcess({
  port,
  environment: {
    DATABASE_URL: db.url,
    DEMO_DATA: 'true',
    PUBLIC_URL: url,
    PENDING_ORDERS_MAX: '0',
    GUEST_CHECKOUT: 'true',
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  },
});
after(() => server.end('SIGTERM'));

/** Returns the password that the server prints at its first start and a reader copies. */
function findPassword(email: string): string {
  const [, password] = new RegExp(`${email}\\s+(\\S+)`).exec(server.output()) ?? [];
  assert.ok(password, `the banner shows no password of ${email}`);
  return password;
}

const environment = {
  PATH: process.env.PATH,
  HOLDFAST_HOME: tmpdir(),
  DATABASE_URL: db.url,
  ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
  ADMIN_PASS: findPassword('admin@holdfast.example'),
  KITCHEN_PASS: findPassword('kitchen@holdfast.example'),
};

/** Runs the examples of one page as one program, as its reader types them one after the other. */
function run(command: string, args: readonly string[], program: string): Promise<string> {
  const child = spawn(
    command,
    [...args, program.replaceAll('localhost:3000', `localhost:${port}`)],
    {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: EXAMPLES_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('error', reject);
  child.once('close', (code) => {
    if (code === 0) resolve(output);
    else reject(new Error(`it ended with ${code}:\n${output}`));
  });
  return promise;
}

const interpreters = {
  sh: ['bash', ['-eu', '-o', 'pipefail', '-c']],
  js: [process.execPath, ['--input-type=module', '--eval']],
} as const;

/** Checks that the expected texts appear in the order of the examples. */
function assertPrinted(output: string, examples: readonly Example[]): void {
  let from = 0;
  for (const { page, line, prints } of examples) {
    for (const wanted of prints) {
      const at = output.indexOf(wanted, from);
      assert.ok(at >= 0, `${page}:${line} does not print ${wanted}; all of it:\n${output}`);
      from = at + wanted.length;
    }
  }
}

const all = pages.flatMap(findExamples);

test('there are runnable examples in both languages', () => {
  for (const language of ['sh', 'js']) {
    assert.ok(
      all.some((example) => example.language === language),
      language,
    );
  }
});

describe('the examples of each page on a newly started server, in order', {
  concurrency: 2,
}, () => {
  for (const page of new Set(all.map((example) => example.page))) {
    for (const language of ['sh', 'js'] as const) {
      const examples = all.filter((one) => one.page === page && one.language === language);
      if (examples.length === 0) continue;
      test(`${page}, ${language}`, async () => {
        const [command, args] = interpreters[language];
        const output = await run(command, args, examples.map(({ text }) => text).join('\n'));
        assertPrinted(output, examples);
      });
    }
  }
});
