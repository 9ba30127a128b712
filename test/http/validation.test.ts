import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidInput } from '../../src/http/input-errors.ts';
import { createValidatorCompiler } from '../../src/http/validation.ts';
import { post, problemOf, testServer } from './support.ts';

const server = await testServer();
const bearer = { authorization: 'Bearer customer' };
const id = '0198c5a0-0000-7000-8000-000000000001';

async function listErrors(response: Response): Promise<string[]> {
  const problem = await problemOf(response);
  assert.equal(response.status, 400);
  assert.equal(problem.code, 'request.invalid');
  return (problem.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
}

function make(body: unknown): Promise<Response> {
  return post(server, '/api/things', JSON.stringify(body), bearer);
}

test('every invalid field of a body is named by its pointer, including unknown ones', async () => {
  const body = {
    role: 'admin',
    name: '',
    price: { amount: 1.5, currency: 'GBP', 'a/b~c': 1 },
    kind: 'middling',
    parts: [{ count: 1 }, {}],
  };
  assert.deepEqual((await listErrors(await make(body))).sort(), [
    '/kind must be one of big, small',
    '/name must have at least 1 character',
    '/parts/1/count is missing',
    '/price/amount must be an integer',
    '/price/a~1b~0c is unknown',
    '/role is unknown',
  ]);
});

test('an empty text is reported as too short, but not also as malformed', () => {
  const schema = { type: 'string', minLength: 1, pattern: '^a+$' };
  const validate = createValidatorCompiler()({
    schema,
    method: 'POST',
    url: '/',
    httpPart: 'body',
  });
  const detailsFor = (text: string) => {
    const { error } = validate(text) as { error: InvalidInput };
    return error.errors.map(({ detail }) => detail);
  };
  assert.deepEqual(detailsFor(''), ['must have at least 1 character']);
  assert.deepEqual(detailsFor('b'), ['does not have the expected form (^a+$)']);
});

test('no value of a body is coerced to the expected type', async () => {
  for (const name of [1, true, null, ['Kettle'], {}]) {
    assert.deepEqual(
      await listErrors(await make({ name })),
      ['/name must be a string'],
      String(name),
    );
  }
  for (const amount of ['1', true, null, 1.000001, 2 ** 53 + 2, -1]) {
    const errors = await listErrors(
      await make({ name: 'Kettle', price: { amount, currency: 'GBP' } }),
    );
    assert.match(errors.join(), /^\/price\/amount /, String(amount));
  }
});

test('a missing body and one that is not an object are refused', async () => {
  for (const body of ['null', '[]', '"name"', '7']) {
    assert.deepEqual(
      (await listErrors(await post(server, '/api/things', body, bearer))).length > 0,
      true,
      body,
    );
  }
  assert.deepEqual(await listErrors(await post(server, '/api/things', undefined, bearer)), [
    ' must be a JSON object',
  ]);
});

test('a time outside the calendar or the range of the database is refused like any invalid text', () => {
  const validate = createValidatorCompiler()({
    schema: { type: 'object', properties: { from: { type: 'string', format: 'date-time' } } },
    method: 'GET',
    url: '/',
    httpPart: 'body',
  });
  const error = new InvalidInput([
    {
      pointer: '/from',
      detail: 'must be a valid date and time, such as 2026-01-31T18:30:00Z',
    },
  ]);
  for (const from of [
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '2026-02-30T00:00:00Z',
    '2026-01-01T23:59:60Z',
    '2026-01-01',
    'yesterday',
  ]) {
    assert.deepEqual(validate({ from }), { error }, from);
  }
  for (const from of ['0001-01-01T00:00:00Z', '2026-01-01t00:00:00.123456+23:59']) {
    assert.equal(validate({ from }), true, from);
  }
});

test('a list of thousands of invalid entries gets one error, not thousands', async () => {
  const parts = Array.from({ length: 50_000 }, () => ({ count: 'x' }));
  assert.deepEqual(await listErrors(await make({ name: 'Kettle', parts })), [
    '/parts/0/count must be an integer',
  ]);
});

test('an operation without a body accepts no body or {}, and nothing else', async () => {
  const admin = { authorization: 'Bearer admin' };
  const path = `/api/things/${id}/touch`;
  for (const body of [undefined, '', '{}']) {
    const response = await post(server, path, body, admin);
    assert.equal(response.status, 200, `body ${body}`);
    assert.deepEqual(await response.json(), {});
  }
  const bare = await fetch(server.url + path, { method: 'POST', headers: admin });
  assert.equal(bare.status, 200);
  assert.deepEqual(await listErrors(await post(server, path, '{"force":true}', admin)), [
    '/force is unknown',
  ]);
  const removal = await fetch(`${server.url}/api/things/${id}`, {
    method: 'DELETE',
    headers: { ...admin, 'content-type': 'application/json' },
    body: '{"force":true}',
  });
  assert.deepEqual(await listErrors(removal), ['/force is unknown']);
});

test('query texts are read as the integers and booleans of the schema', async () => {
  const response = await fetch(`${server.url}/api/things?limit=7&available=false&search=a+b%2B1`);
  const { query } = (await response.json()) as { query: unknown };
  assert.deepEqual(query, { limit: 7, available: false, search: 'a b+1' });
});

test('an integer in a query has one spelling', async () => {
  for (const text of [
    '1e1',
    '%205',
    '5%20',
    '',
    '+5',
    '%2B5',
    '05',
    '5.0',
    '0x5',
    '٥',
    'NaN',
    '9'.repeat(30),
  ]) {
    const errors = await listErrors(await fetch(`${server.url}/api/things?limit=${text}`));
    assert.match(errors.join(), /^\?limit must be/, text);
  }
  for (const text of ['1', 'TRUE', 'yes', '']) {
    const errors = await listErrors(await fetch(`${server.url}/api/things?available=${text}`));
    assert.deepEqual(errors, ['?available must be a boolean'], text);
  }
});

test('query parameters that are unknown, repeated, malformed or contain NUL are refused', async () => {
  const cases: Record<string, string> = {
    'limt=5': '?limt is unknown',
    'limit=5&limit=6': '?limit must appear only once',
    'limit=5&%6Cimit=6': '?limit must appear only once',
    'search=%00': '?search must not contain the character NUL',
    '%00=1': '? must not contain the character NUL',
    'search=%FF': '?search is not valid percent-encoded UTF-8',
    'search=%ED%A0%80': '?search is not valid percent-encoded UTF-8',
    'search=%zz': '?search is not valid percent-encoded UTF-8',
    '__proto__=1': '?__proto__ is unknown',
    'constructor=1': '?constructor is unknown',
  };
  for (const [query, error] of Object.entries(cases)) {
    assert.deepEqual(
      await listErrors(await fetch(`${server.url}/api/things?${query}`)),
      [error],
      query,
    );
  }
});

test('operations without a declared query accept none, and pages accept any', async () => {
  const headers = { authorization: 'Bearer customer' };
  const response = await fetch(`${server.url}/api/things/${id}?x=1`, { headers });
  assert.deepEqual(await listErrors(response), ['?x is unknown']);
  for (const path of ['/health?a=1&a=2&b=%00', '/metrics?x', '/problems?x=%FF', '/docs?x=1']) {
    assert.equal((await fetch(server.url + path)).status, 200, path);
  }
});

test('an undecodable path gets a problem document, never a 500', async () => {
  const headers = { authorization: 'Bearer customer' };
  const paths: Record<string, [number, string]> = {
    '/api/things/%ZZ': [400, 'request.malformed'],
    '/api/things/': [404, 'request.not_found'],
    '/api/things/%FF': [400, 'request.malformed'],
    '/api/things/%00': [400, 'request.invalid'],
    '/api/things/..%2f..%2fetc%2fpasswd': [400, 'request.invalid'],
    "/api/things/1'%20or%20'1'='1": [400, 'request.invalid'],
    [`/api/things/${id.toUpperCase()}`]: [400, 'request.invalid'],
    [`/api/things/${'9'.repeat(5_000)}`]: [404, 'request.not_found'],
    '/api//things': [404, 'request.not_found'],
  };
  for (const [path, [status, code]] of Object.entries(paths)) {
    const response = await fetch(server.url + path, { headers });
    const problem = await problemOf(response);
    assert.deepEqual([response.status, problem.code], [status, code], path);
  }
});

test('a signed body may contain unknown fields and stays bytes', async () => {
  const text = '{ "id": "evt_1",  "unknown": [1.0] }';
  const response = await post(server, '/api/payments/webhook?from=provider', text);
  assert.deepEqual(await response.json(), { raw: text });
});
