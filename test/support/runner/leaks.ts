import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** What no log line may contain, by name. Independent of what the logger itself masks. */
const FORBIDDEN: Readonly<Record<string, RegExp>> = {
  'a JSON Web Token': /eyJ[\w-]{8,}\.[\w-]+/,
  'an API key': /hf_[\w-]{12,}/,
  'a refresh token': /hfr_[\w-]{12,}/,
  // 256 bits in base64url, such as the token of a password reset.
  'a token': /(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])/,
  'a webhook secret': /whsec_[\w+/=-]{8,}/,
  'a credential': /bearer +[\w.~+/-]{4,}/i,
  'a password of test users': /pass [0-9a-f]{16}/,
  'the credentials of a URL': /:\/\/[^\s"/@]*:[^\s"/@]*@/,
  'an e-mail address': /[\p{L}\p{N}.+_-]+@([\p{L}\p{N}-]+\.)+\p{L}{2,}/u,
  'a query string': /"(path|url|route|instance)":"[^"]*\?|\/(api|pay|shop|console)[^\s"]*\?[\w-]+=/,
  'a header': /"(authorization|cookie|set-cookie)":"(?!\[Redacted\])/i,
  'a body': /"body":(?!"\[Redacted\]")/,
};

/** Shorter ones occur in other words. */
const SECRET_LENGTH_MIN = 8;

/** Secrets that this test file has sent. */
const sent = new Set<string>();

/** Notes the secrets in the body of a request, which must not be in any line from now on. */
export function noteSecrets(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    const isSecret = /password|token|secret|recoveryCode/i.test(name) && typeof value === 'string';
    if (isSecret && value.length >= SECRET_LENGTH_MIN) sent.add(JSON.stringify(value).slice(1, -1));
  }
}

/** Forgets them at the end of a test file. */
export function forgetSecrets(): void {
  sent.clear();
}

/** Returns the names of what a line contains and must not. */
export function findLeaks(line: string): string[] {
  const found = Object.entries(FORBIDDEN).flatMap(([name, form]) =>
    form.test(line) ? [name] : [],
  );
  return [...sent].some((secret) => line.includes(secret)) ? [...found, 'a sent secret'] : found;
}

interface Leak {
  readonly file: string;
  readonly found: readonly string[];
  readonly line: string;
}

/** Reports a line of a server with a secret to the runner, which then fails. */
export function checkLine(line: string): void {
  const found = findLeaks(line);
  const { TEST_LEAKS_FILE: report } = process.env;
  if (found.length === 0 || report === undefined) return;
  const leak: Leak = { file: process.argv[1] ?? '', found, line };
  appendFileSync(report, `${JSON.stringify(leak)}\n`);
}

/** Describes the leaks that were reported, each kind of line of a file once. */
export function describeLeaks(root: string, report: string): readonly string[] {
  if (!existsSync(report)) return [];
  const leaks = readFileSync(report, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Leak);
  const lines = new Map<string, string>();
  for (const { file, found, line } of leaks) {
    const message = /"msg":"([^"]{0,60})/.exec(line)?.[1] ?? '';
    const place = `${relative(root, file)}: ${found.join(', ')} in "${message}"`;
    if (!lines.has(place)) lines.set(place, `- ${place}\n  ${line}`);
  }
  return [...lines.values()];
}
