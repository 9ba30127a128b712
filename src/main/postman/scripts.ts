import type { SetupStep, Step } from './step.ts';

const TRIES_MAX = 60;
const WAIT_MS = 250;

/** Signs the body as the sandbox signs its webhooks. Source: Standard Webhooks. */
export const signAsSandbox: readonly string[] = [
  "const secret = pm.collectionVariables.get('sandboxWebhookSecret') || pm.environment.get('sandboxWebhookSecret');",
  'if (secret) {',
  "  const CryptoJS = require('crypto-js');",
  "  const id = pm.variables.replaceIn('{{$guid}}');",
  '  const timestamp = String(Math.floor(Date.now() / 1000));',
  '  const body = pm.variables.replaceIn(pm.request.body.raw);',
  '  pm.request.body.raw = body;',
  "  const key = CryptoJS.enc.Base64.parse(secret.replace('whsec_', ''));",
  "  const digest = CryptoJS.HmacSHA256(id + '.' + timestamp + '.' + body, key);",
  "  pm.request.headers.upsert({ key: 'webhook-id', value: id });",
  "  pm.request.headers.upsert({ key: 'webhook-timestamp', value: timestamp });",
  "  pm.request.headers.upsert({ key: 'webhook-signature', value: 'v1,' + CryptoJS.enc.Base64.stringify(digest) });",
  '}',
];

/** The script behind a request: its status, what is to be kept, and the request again where it tells of work to come. */
export function testScript(step: Step | SetupStep, documented: readonly string[]): string[] {
  const expected = [step.status].flat();
  const lines = [
    'let body = null;',
    'try { body = pm.response.json(); } catch { /* Not every answer is JSON. */ }',
  ];
  if (step.until !== undefined) lines.push(...waitLines(step.until));
  lines.push(
    `pm.test('answers ${expected.join(' or ')}', () => {`,
    `  pm.expect(pm.response.code, pm.response.text()).to.be.oneOf(${JSON.stringify(expected)});`,
    '});',
  );
  if (documented.length > 0) {
    lines.push(
      "pm.test('the status is documented', () => {",
      `  pm.expect(pm.response.code).to.be.oneOf(${JSON.stringify(documented.map(Number))});`,
      '});',
    );
  }
  for (const [variable, path] of Object.entries(step.variablesToSet ?? {})) {
    lines.push(`pm.collectionVariables.set('${variable}', ${reading(path)});`);
  }
  lines.push(...(step.after ?? []));
  return lines;
}

/** Asks again after a moment, a number of times, before anything is held against the answer. */
function waitLines(condition: string): string[] {
  return [
    "const tries = Number(pm.collectionVariables.get('tries') || 0) + 1;",
    `if (!(${condition}) && tries < ${TRIES_MAX}) {`,
    "  pm.collectionVariables.set('tries', tries);",
    `  setTimeout(() => pm.execution.setNextRequest(pm.info.requestName), ${WAIT_MS});`,
    '  return;',
    '}',
    "pm.collectionVariables.set('tries', 0);",
    `pm.test('what is waited for has come', () => pm.expect(Boolean(${condition})).to.equal(true));`,
  ];
}

/** `data.0.id` as JavaScript that gives an empty text where there is none. */
function reading(path: string): string {
  const members = path.split('.').map((name) => `?.[${JSON.stringify(name)}]`);
  return `body${members.join('')} ?? ''`;
}
