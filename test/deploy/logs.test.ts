import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { readText } from './deploy-files.ts';

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly logging?: { readonly driver: string; readonly options: object } }>
  >;
}

/** How log lines leave the machine, so that whoever breaks into it cannot remove them. */
describe('the lines of the log', () => {
  test('of every container of compose.yaml go to the journal of the machine', async () => {
    const read = async (path: string) => parse(await readText(path), { merge: true }) as Compose;
    const product = await read('deploy/compose.yaml');
    const logs = await read('deploy/compose.logs.yaml');
    assert.deepEqual(Object.keys(logs.services).sort(), Object.keys(product.services).sort());
    for (const [name, { logging, ...others }] of Object.entries(logs.services)) {
      assert.equal(logging?.driver, 'journald', name);
      // The file changes nothing else.
      assert.deepEqual(others, {}, name);
    }
  });

  test('go from the journal to another machine by TLS, where both sides are verified', async () => {
    const text = await readText('deploy/systemd/journal-upload.conf');
    const settings = Object.fromEntries(
      text
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    assert.match(text, /^\[Upload\]$/m);
    assert.equal(new URL(settings.URL!).protocol, 'https:');
    // Source: journal-upload.conf(5). `-` would switch the verification off.
    for (const name of ['ServerKeyFile', 'ServerCertificateFile', 'TrustedCertificateFile']) {
      assert.match(settings[name]!, /^\/\S+\.(key|crt)$/, name);
    }
  });

  test('are sent with a key that the service which sends them can read', async () => {
    const text = await readText('deploy/systemd/journal-upload.conf');
    const unit = await readText('deploy/systemd/holdfast.service');
    // Only root may enter the folder of the other secrets. systemd-journal-upload is not root, but in this group.
    assert.match(unit, /install -d -m 0700 \/etc\/holdfast$/m);
    const files = [...text.matchAll(/^\w+File=(.+)\/([^/\n]+)$/gm)];
    assert.equal(files.length, 3);
    const folder = files[0]![1]!;
    assert.ok(text.includes(`install -d -m 0750 -g systemd-journal ${folder}\n`), folder);
    const copied = /install -m 0640 -g systemd-journal (.+) (\S+)\/\n/.exec(text)!;
    assert.deepEqual(
      files.map(([, path, name]) => [path, name]),
      copied[1]!.split(' ').map((name) => [copied[2], name]),
    );
    assert.ok(!`${folder}/`.startsWith('/etc/holdfast/'), folder);
  });

  test('of the systemd unit are in the journal', async () => {
    const unit = await readText('deploy/systemd/holdfast.service');
    // The default of systemd. Another one, such as a file, would not be sent.
    assert.doesNotMatch(unit, /^Standard(Output|Error)=/m);
  });
});
