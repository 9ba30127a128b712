import type { Chapter } from './step.ts';

/** Computes the code of an authenticator app. Source: RFC 6238 and RFC 4226 §5.3; RFC 4648 §6 for the secret. */
const computeCode: readonly string[] = [
  "const crypto = require('crypto-js');",
  "const secret = pm.collectionVariables.get('totpSecret');",
  "const bits = [...secret].map((it) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(it).toString(2).padStart(5, '0')).join('');",
  'const key = (bits.match(/.{4}/g) ?? []).map((it) => Number.parseInt(it, 2).toString(16)).join("");',
  "const step = Math.floor(Date.now() / 30000).toString(16).padStart(16, '0');",
  'const digest = crypto.HmacSHA1(crypto.enc.Hex.parse(step), crypto.enc.Hex.parse(key)).toString();',
  'const at = Number.parseInt(digest.slice(-1), 16) * 2;',
  "const code = String((Number.parseInt(digest.slice(at, at + 8), 16) & 0x7fffffff) % 1e6).padStart(6, '0');",
  "pm.collectionVariables.set('totpCode', code);",
];

const NEEDS_BROWSER =
  'A collection has no passkeys: a browser makes one with the options. The response is 409 where passkeys cannot be used.';

/** What a browser would send for a passkey, in form only. */
const passkey = {
  id: 'KioqKioqKioqKioqKioqKg',
  rawId: 'KioqKioqKioqKioqKioqKg',
  type: 'public-key',
  response: { clientDataJSON: 'e30', attestationObject: 'oA' },
};

export const factorsChapter: Chapter = {
  tag: 'Second factors',
  steps: [
    {
      operation: 'addTotp',
      as: 'customer',
      body: { name: 'Postman' },
      status: 201,
      variablesToSet: { factorId: 'id', totpSecret: 'secret' },
    },
    {
      operation: 'confirmTotp',
      as: 'customer',
      before: computeCode,
      path: { id: '{{factorId}}' },
      body: { code: '{{totpCode}}' },
      status: 200,
      variablesToSet: { recoveryCode: 'recoveryCodes.0' },
    },
    {
      operation: 'logIn',
      name: 'Sign in with the password, and get a challenge',
      body: { email: '{{customerEmail}}', password: '{{customerPassword}}' },
      status: 200,
      variablesToSet: { challengeId: 'challenge.id' },
    },
    {
      operation: 'verifyLogIn',
      note: 'With a recovery code, because the code of the app has been used.',
      body: { challengeId: '{{challengeId}}', recoveryCode: '{{recoveryCode}}' },
      status: 200,
      variablesToSet: { customerToken: 'accessToken', refreshToken: 'refreshToken' },
    },
    { operation: 'listFactors', as: 'customer', status: 200 },
    { operation: 'createRecoveryCodes', as: 'customer', status: 201 },
    {
      operation: 'updateFactor',
      as: 'customer',
      path: { id: '{{factorId}}' },
      body: { name: 'The collection' },
      status: 200,
    },
    {
      operation: 'createPasskeyOptions',
      as: 'customer',
      note: NEEDS_BROWSER,
      status: [200, 409],
      variablesToSet: { passkeyOptionsId: 'id' },
    },
    {
      operation: 'addPasskey',
      as: 'customer',
      note: NEEDS_BROWSER,
      body: { id: '{{passkeyOptionsId}}', response: passkey },
      status: [400, 409],
    },
    { operation: 'beginPasskeyLogIn', note: NEEDS_BROWSER, status: [200, 409] },
    { operation: 'removeFactor', as: 'customer', path: { id: '{{factorId}}' }, status: 204 },
    {
      operation: 'refreshTokens',
      name: 'Exchange the refresh token after the change',
      note: 'A new or removed factor spends the access token.',
      body: { refreshToken: '{{refreshToken}}' },
      status: 200,
      variablesToSet: { customerToken: 'accessToken', refreshToken: 'refreshToken' },
    },
  ],
};
