import { readFileSync } from 'node:fs';
import { code, type Page, page, table } from './markdown.ts';

/** One requirement of OWASP's Application Security Verification Standard 5.0, in our words. */
export interface Requirement {
  /** Such as `6.2.1`. */
  readonly id: string;
  /** The level from which it counts. */
  readonly level: 1 | 2;
  readonly requirement: string;
  readonly verdict: 'holds' | 'fails' | 'does not apply';
  /**
   * What shows it: a file of the project; a part of a document, as `<file>#<anchor>`; or one test, as
   * `<file>: <its name>`.
   */
  readonly evidence?: readonly string[];
  readonly note?: string;
}

export function readRequirements(): readonly Requirement[] {
  return JSON.parse(readFileSync(new URL('asvs.json', import.meta.url), 'utf8'));
}

/** Returns how many requirements count for a level, with those of the levels below it, and how many of them hold. */
export function countRequirements(
  requirements: readonly Requirement[],
  level: Requirement['level'],
): { readonly counting: number; readonly holding: number; readonly share: number } {
  const counting = requirements.filter(
    (one) => one.level <= level && one.verdict !== 'does not apply',
  );
  const holding = counting.filter(({ verdict }) => verdict === 'holds').length;
  return { counting: counting.length, holding, share: holding / counting.length };
}

const chapters = [
  'Encoding and sanitization',
  'Validation and business logic',
  'Web front end',
  'APIs and web services',
  'Files',
  'Authentication',
  'Sessions',
  'Authorization',
  'Self-contained tokens',
  'OAuth and OpenID Connect',
  'Cryptography',
  'Secure communication',
  'Configuration',
  'Data protection',
  'Secure coding and architecture',
  'Security logging and error handling',
  'WebRTC',
];

export function asvsPage(): Page {
  const requirements = readRequirements();
  return page(
    'asvs.md',
    'ASVS',
    `Every requirement of levels 1 and 2 of [OWASP's Application Security Verification Standard 5.0](https://owasp.org/www-project-application-security-verification-standard/),
in our words, with a verdict and the tests or documents that show it. A test holds this page to files and tests that exist. Read the
standard for what exactly it asks.`,
    table(
      ['level', 'requirements that apply', 'hold', 'share'],
      ([1, 2] as const).map((level) => {
        const { counting, holding, share } = countRequirements(requirements, level);
        const name = level === 1 ? '1' : '2, with level 1';
        return [name, `${counting}`, `${holding}`, `${(share * 100).toFixed(1)} %`];
      }),
    ),
    ...chapters.flatMap((title, index) => {
      const chapter = index + 1;
      const own = requirements.filter(({ id }) => id.startsWith(`${chapter}.`));
      return [
        `## ${chapter}. ${title}`,
        table(['', 'level', 'requirement', 'verdict', 'shown by'], own.map(formatRow)),
      ];
    }),
  );
}

function formatRow({ id, level, requirement, verdict, evidence = [], note = '' }: Requirement) {
  const shown = [...evidence.map(formatEvidence), note].filter((part) => part !== '').join('; ');
  return [id, `${level}`, requirement, verdict, shown];
}

function formatEvidence(text: string): string {
  const { path, anchor, testName } = parseEvidence(text);
  const link = `[${path.split('/').at(-1)}](../../${path}${anchor === null ? '' : `#${anchor}`})`;
  return testName === null ? link : `${link}, ${code(testName.replaceAll('`', ''))}`;
}

/** Returns the parts of `<file>`, `<file>#<anchor>` or `<file>: <name of a test>`. */
export function parseEvidence(text: string): {
  readonly path: string;
  readonly anchor: string | null;
  readonly testName: string | null;
} {
  const [file = '', ...name] = text.split(': ');
  const [path = '', anchor = null] = file.split('#');
  return { path, anchor, testName: name.length === 0 ? null : name.join(': ') };
}
