import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isConnectionError,
  isRetryable,
  toCodedError,
} from '../../src/database/database-errors.ts';
import { requestErrors, serviceErrors } from '../../src/shared/common-errors.ts';
import { CodedError, defineErrors } from '../../src/shared/errors.ts';
import { testDatabase } from '../support/database.ts';

const { database } = await testDatabase();
const errors = defineErrors('test', { taken: [409, 'It is taken.', 'Choose another.'] });

function postgresError(code: string, constraint?: string): Error {
  return Object.assign(new Error('from the server'), { code, constraint });
}

function getCode(error: unknown): string | null {
  return error instanceof CodedError ? error.code : null;
}

test('a constraint with a refusal becomes that refusal and keeps its cause', () => {
  const cause = postgresError('23505', 'things_name_key');
  const error = toCodedError(cause, { things_name_key: errors.taken });
  assert.equal(getCode(error), 'test.taken');
  assert.equal((error as CodedError).details.cause, cause);
});

test('a constraint without a refusal stays an unexpected error', () => {
  const cause = postgresError('23505', 'things_other_key');
  assert.equal(toCodedError(cause, { things_name_key: errors.taken }), cause);
});

test('a server that is unavailable, full or read-only is a 503', () => {
  for (const code of [
    '57P01',
    '57P03',
    '08006',
    '53300',
    '53100',
    '58030',
    '57014',
    '55P03',
    '25006',
    'ECONNREFUSED',
  ]) {
    assert.equal(
      getCode(toCodedError(postgresError(code), {})),
      serviceErrors.unavailable.code,
      code,
    );
  }
});

test('an error in our own statement is not a 503', () => {
  for (const code of ['42601', '42P01', '22012', '23503', '42501']) {
    const cause = postgresError(code);
    assert.equal(toCodedError(cause, {}), cause, code);
  }
});

test('only deadlocks and serialization failures are tried again', () => {
  assert.deepEqual(
    ['40001', '40P01', '23505', '57P01'].map((code) => isRetryable(postgresError(code))),
    [true, true, false, false],
  );
});

test('a cancelled statement is not a connection error, a lost connection is one', () => {
  assert.equal(isConnectionError(postgresError('57014')), false);
  assert.equal(isConnectionError(postgresError('57P01')), true);
  assert.equal(isConnectionError(new Error('Connection terminated unexpectedly')), true);
});

test('a text that PostgreSQL cannot store is refused as invalid input', async () => {
  await assert.rejects(database.run('test.nul', 'select $1::text', ['a\u0000b']), {
    code: requestErrors.invalid.code,
  });
  await assert.rejects(
    database.run('test.nul_json', 'select $1::jsonb', [String.raw`{"a":"\u0000"}`]),
    { code: requestErrors.invalid.code },
  );
});
