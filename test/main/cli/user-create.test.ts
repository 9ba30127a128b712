import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountsOn, callerBehind, refusal } from '../../modules/accounts/accounts-fixture.ts';
import { runCommand } from '../../support/command.ts';
import { testDatabase } from '../../support/database.ts';

/** Initial passwords of users whom an operator creates. */
const { database, url } = await testDatabase();
const environment = { DATABASE_URL: url, PUBLIC_URL: 'https://shop.example' };
const accounts = accountsOn(database);

async function create(email: string, ...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['user', 'create', email, ...options], {
    environment,
  });
  assert.equal(code, 0, stderr);
  return stdout;
}

function readPassword(stdout: string): string {
  const [, password] = /shown only once: (\S+)\n/.exec(stdout) ?? [];
  assert.ok(password !== undefined, stdout);
  return password;
}

test('a generated password of staff lets them do nothing but replace it', async () => {
  for (const role of ['admin', 'kitchen']) {
    const email = `${role}@shop.example`;
    const password = readPassword(await create(email, '--role', role));
    assert.match(password, /^[\w-]{20}$/);
    const session = await accounts.logIn({ email, password });
    assert.equal(session.user.passwordChangeRequired, true);
    const caller = await callerBehind(accounts, session.accessToken);
    assert.equal(caller.restriction, 'password_change');
    const change = (newPassword: string) =>
      accounts.changePassword(caller, { currentPassword: password, newPassword });
    await assert.rejects(change(password), refusal('request.invalid'));
    await change('a pass phrase of my own');
    await assert.rejects(
      accounts.logIn({ email, password }),
      refusal('accounts.invalid_credentials'),
    );
  }
});

test('no two generated passwords are alike', async () => {
  const stdouts = await Promise.all(
    ['one', 'two', 'three'].map((name) => create(`${name}@shop.example`, '--role', 'kitchen')),
  );
  assert.equal(new Set(stdouts.map(readPassword)).size, 3);
});

test('a customer gets no password, and chooses one by a link', async () => {
  const stdout = await create('carl@shop.example', '--vip');
  assert.equal(
    stdout,
    'Created the customer carl@shop.example.\nThey choose a password at https://shop.example/shop/forgot.\n',
  );
  await accounts.forgotPassword('carl@shop.example');
  const [row] = await database.run<{ links: number }>(
    'test.links',
    `select count(*)::int as links
       from password_resets
       join users on users.id = user_id
      where email = 'carl@shop.example'`,
    [],
  );
  assert.equal(row!.links, 1);
});

test('a password that the operator gives stays', async () => {
  const email = 'own@shop.example';
  const { code } = await runCommand(
    ['user', 'create', email, '--role', 'admin', '--password-stdin'],
    { environment, stdin: 'a pass phrase of mine\n' },
  );
  assert.equal(code, 0);
  const { user } = await accounts.logIn({ email, password: 'a pass phrase of mine' });
  assert.equal(user.passwordChangeRequired, undefined);
});
