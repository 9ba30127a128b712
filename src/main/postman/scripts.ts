import type { SetupStep, Step } from './step.ts';

const ATTEMPTS_MAX = 60;
const WAIT_MS = 250;

/** The script that signs the body as the sandbox signs its webhooks. Source: Standard Webhooks. */
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

/**
 * Builds the script after a request: it checks the status, sets variables, and repeats the request until a condition is
 * true.
 */
export function testScript(step: Step | SetupStep, documented: readonly string[]): string[] {
  const expected = [step.status].flat();
  const lines = [
    'let body = null;',
    'try { body = pm.response.json(); } catch { /* Not every response is JSON. */ }',
  ];
  if (step.until !== undefined) lines.push(...waitLines(step.until));
  lines.push(
    `pm.test('responds with ${expected.join(' or ')}', () => {`,
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

/** Repeats the request after a moment, up to a limit, before any test runs. */
function waitLines(condition: string): string[] {
  return [
    "const tries = Number(pm.collectionVariables.get('tries') || 0) + 1;",
    `if (!(${condition}) && tries < ${ATTEMPTS_MAX}) {`,
    "  pm.collectionVariables.set('tries', tries);",
    `  setTimeout(() => pm.execution.setNextRequest(pm.info.requestName), ${WAIT_MS});`,
    '  return;',
    '}',
    "pm.collectionVariables.set('tries', 0);",
    `pm.test('the awaited condition is true', () => pm.expect(Boolean(${condition})).to.equal(true));`,
  ];
}

/** Translates `data.0.id` to JavaScript that returns an empty string if the value is missing. */
function reading(path: string): string {
  const members = path.split('.').map((name) => `?.[${JSON.stringify(name)}]`);
  return `body${members.join('')} ?? ''`;
}
