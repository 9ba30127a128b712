import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { createUser } from '../../../src/modules/accounts/index.ts';
import {
  isCommonPassword,
  requireGoodPassword,
} from '../../../src/modules/accounts/passwords/password-rule.ts';
import type { Role } from '../../../src/shared/caller.ts';
import { testDatabase } from '../../support/database.ts';
import { testAuthor } from '../../support/shop.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  newEmail,
  PASSWORD,
  refusal,
  signInAs,
  signUpUser,
} from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const owner = { email: 'ada@example.com', name: 'Ada', shopName: 'Corner Bakery' };

const { dictionary } = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as {
  dictionary: Readonly<Record<'passwords-common', readonly string[]>>;
};
const words = dictionary['passwords-common'].filter(
  (word) => word.replace(/[^\p{L}\p{M}]/gu, '').length >= 3,
);

/** A text of digits and signs. */
const addition = fc.string({
  unit: fc.constantFrom(...'0123456789 !"#$%&()*+,-./:;<=>?@[]^_{|}~'),
  maxLength: 4,
});

/** A listed password, each letter in either case, with digits and signs between the letters, before and behind. */
const variation = fc.constantFrom(...words).chain((word) =>
  fc
    .array(fc.tuple(fc.boolean(), addition), {
      minLength: word.length + 1,
      maxLength: word.length + 1,
    })
    .map((changes) =>
      changes
        .map(([isUpper, added], at) => {
          const letter = word[at] ?? '';
          return (isUpper ? letter.toUpperCase() : letter) + added;
        })
        .join(''),
    ),
);

test('every listed password is refused', () => {
  for (const password of dictionary['passwords-common']) {
    assert.ok(isCommonPassword(password, owner), password);
  }
});

test('no case, digits or signs make a listed password acceptable', () => {
  fc.assert(
    fc.property(variation, (password) => isCommonPassword(password, owner)),
    { numRuns: 2_000 },
  );
});

test('a listed password among other words is accepted', () => {
  for (const word of ['dragon', 'password', 'sunshine']) {
    assert.ok(!isCommonPassword(`our ${word} lives in the bakery`, owner), word);
  }
});

const limits: readonly [Role, boolean, number][] = [
  ['customer', false, 8],
  ['customer', true, 8],
  ['kitchen', false, 15],
  ['admin', false, 15],
  ['kitchen', true, 12],
  ['admin', true, 12],
];
for (const [role, hasFactor, lengthMin] of limits) {
  const name = `${role}, ${hasFactor ? 'with' : 'without'} a second factor: ${lengthMin} to 256 characters`;
  test(name, async () => {
    const whose = { ...owner, role, hasFactor };
    // Many of these are two units of UTF-16 each: lengths are counted in characters.
    const characters = [...'𝒻𝓇ℴ𝓂🍞𝒶𝓃𝓎🥐𝓈𝒸𝓇𝒾𝓅𝓉🥨🍪🧁🎂'.repeat(20)];
    for (const [length, code] of [
      [lengthMin - 1, 'request.invalid'],
      [lengthMin, null],
      [256, null],
      [257, 'request.invalid'],
    ] as const) {
      const password = characters.slice(0, length).join('');
      const check = () => requireGoodPassword(password, whose, 'Corner Bakery');
      assert.equal(await catchCode(check), code, String(length));
    }
  });
}

test('a refusal names the place and the length', async () => {
  const { caller } = await signInAs(database, accounts, 'kitchen');
  const input = { currentPassword: PASSWORD, newPassword: 'fourteen chars' };
  assert.equal(input.newPassword.length, 14);
  await assert.rejects(accounts.changePassword(caller, input), {
    details: {
      errors: [
        { pointer: '/newPassword', detail: 'A password of staff has 15 to 256 characters.' },
      ],
    },
  });
});

test('the rule counts for new passwords: staff with a shorter one still sign in', async () => {
  const email = newEmail();
  const short = 'eleven char';
  const { user } = await accounts.signUp({ email, password: short });
  await accounts.updateUser(null, user.id, { role: 'kitchen' });
  assert.equal(await catchCode(() => accounts.logIn({ email, password: short })), null);
});

test('the name of the shop is refused at sign-up, change and reset', async () => {
  const password = 'Corner-Bakery 2026';
  const attempt = accounts.signUp({ email: newEmail(), password });
  await assert.rejects(attempt, refusal('accounts.password_too_common'));
  const session = await signUpUser(accounts);
  const caller = await callerBehind(accounts, session.accessToken);
  await assert.rejects(
    accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword: password }),
    refusal('accounts.password_too_common'),
  );
  await assert.rejects(
    createUser(database, testAuthor, {
      email: newEmail(),
      password,
      shopName: 'Corner Bakery',
      role: 'admin',
    }),
    refusal('accounts.password_too_common'),
  );
});

test('the current password is not a new one', async () => {
  const session = await signUpUser(accounts);
  const caller = await callerBehind(accounts, session.accessToken);
  const input = { currentPassword: PASSWORD, newPassword: PASSWORD };
  await assert.rejects(accounts.changePassword(caller, input), {
    code: 'request.invalid',
    details: {
      errors: [
        {
          pointer: '/newPassword',
          detail: 'This is the current password: choose another one.',
        },
      ],
    },
  });
});
