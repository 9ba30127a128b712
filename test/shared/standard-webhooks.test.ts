import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isSignedWebhook,
  isWebhookSecret,
  signWebhook,
  webhookKey,
} from '../../src/shared/standard-webhooks.ts';

/** The example of the specification and of its reference libraries. */
const key = webhookKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const timestampSeconds = 1_614_265_330;
const body = Buffer.from('{"test": 2432232314}');
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

const headers: Readonly<Record<string, string | string[]>> = {
  'webhook-id': id,
  'webhook-timestamp': String(timestampSeconds),
  'webhook-signature': signature,
};
const now = new Date(timestampSeconds * 1_000);
const minutesLater = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

test('a signature equals that of other libraries', () => {
  assert.equal(signWebhook(key, { id, timestampSeconds, body }), signature);
  assert.ok(isSignedWebhook([key], { headers, body, now }));
});

test('a message is valid for five minutes before and after its time', () => {
  for (const minutes of [-5, 0, 5]) {
    assert.ok(isSignedWebhook([key], { headers, body, now: minutesLater(minutes) }), `${minutes}`);
  }
  for (const minutes of [-5.1, 5.1, 10_000]) {
    assert.ok(!isSignedWebhook([key], { headers, body, now: minutesLater(minutes) }), `${minutes}`);
  }
});

test('a single changed byte of the body, anywhere, is refused', () => {
  for (let index = 0; index < body.length; index += 1) {
    const altered = Buffer.from(body);
    altered[index]! ^= 1;
    assert.ok(!isSignedWebhook([key], { headers, body: altered, now }), `byte ${index}`);
  }
});

test('bytes that are not text are signed unchanged', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x7b]);
  const signed = signWebhook(key, { id, timestampSeconds, body: bytes });
  const message = { headers: { ...headers, 'webhook-signature': signed }, now };
  assert.ok(isSignedWebhook([key], { ...message, body: bytes }));
  assert.ok(!isSignedWebhook([key], { ...message, body: Buffer.from([0xfd, 0x00, 0xfe, 0x7b]) }));
});

const foreign = webhookKey(`whsec_${Buffer.alloc(24, 7).toString('base64')}`);

test('a message under another secret is refused unless that secret is also known', () => {
  const signed = signWebhook(foreign, { id, timestampSeconds, body });
  const message = { headers: { ...headers, 'webhook-signature': signed }, body, now };
  assert.ok(!isSignedWebhook([key], message));
  assert.ok(isSignedWebhook([key, foreign], message));
});

test('of several signatures in a header one must match, and other versions are ignored', () => {
  const wrong = signWebhook(foreign, { id, timestampSeconds, body });
  const accepts = (text: string) =>
    isSignedWebhook([key], { headers: { ...headers, 'webhook-signature': text }, body, now });
  assert.ok(accepts(`${wrong} ${signature}`));
  assert.ok(accepts(`v1a,abc ${signature}`));
  assert.ok(!accepts(`${wrong} ${wrong}`));
  assert.ok(!accepts(signature.replace('v1,', 'v2,')));
});

const brokenHeaders: Readonly<Record<string, Readonly<Record<string, string | string[]>>>> = {
  'another id': { 'webhook-id': 'msg_other' },
  'another time': { 'webhook-timestamp': String(timestampSeconds + 1) },
  'a time that is not a number': { 'webhook-timestamp': 'soon' },
  'a time with a fraction': { 'webhook-timestamp': `${timestampSeconds}.0` },
  'no signature': { 'webhook-signature': '' },
  'a truncated signature': { 'webhook-signature': signature.slice(0, -8) },
  'a signature without its version': { 'webhook-signature': signature.slice(3) },
  'a duplicate header': { 'webhook-signature': [signature, signature] },
};

for (const [what, changes] of Object.entries(brokenHeaders)) {
  test(`a message with ${what} is refused`, () => {
    assert.ok(!isSignedWebhook([key], { headers: { ...headers, ...changes }, body, now }));
  });
}

for (const missing of Object.keys(headers)) {
  test(`a message without ${missing} is refused`, () => {
    const others = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== missing));
    assert.ok(!isSignedWebhook([key], { headers: others, body, now }));
  });
}

test('a body is not hashed if the headers cannot be valid', () => {
  const nothing = null as unknown as Buffer;
  for (const text of [
    '',
    'garbage',
    'v1,',
    'v1,garbage',
    'v1a,g0hM9SsE',
    `v1,${'A'.repeat(200)}`,
  ]) {
    const given = { ...headers, 'webhook-signature': text };
    assert.ok(!isSignedWebhook([key], { headers: given, body: nothing, now }), text);
  }
  assert.ok(!isSignedWebhook([key], { headers, body: nothing, now: minutesLater(6) }));
});

test('a secret consists of whsec_ and at least 24 bytes in base64', () => {
  assert.ok(isWebhookSecret(`whsec_${Buffer.alloc(24, 1).toString('base64')}`));
  for (const text of [
    '',
    'whsec_',
    `whsec_${Buffer.alloc(23, 1).toString('base64')}`,
    Buffer.alloc(32, 1).toString('base64'),
    `whsec_${'-'.repeat(40)}`,
  ]) {
    assert.ok(!isWebhookSecret(text), text);
    assert.throws(() => webhookKey(text), RangeError);
  }
});
