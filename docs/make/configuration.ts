import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../../src/main/config/configuration-error.ts';
import { readConfig } from '../../src/main/config/read-config.ts';
import { code, type Page, page, table } from './markdown.ts';

interface Variable {
  readonly name: string;
  /** The value in `.env.example`; empty if there is none or the text states it. */
  readonly preset: string;
  readonly meaning: string;
}

/** The heading of a paragraph. */
const TITLE = /^# --- (.*) ---\n/;

/**
 * Builds the page. The meaning of each variable comes from `.env.example`, its accepted values from the configuration
 * reader.
 */
export async function configurationPage(): Promise<Page> {
  const example = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
  return page(
    'configuration.md',
    'Configuration',
    `Set by environment variables, or by a \`.env\` file in the project's folder (or \`HOLDFAST_HOME\`), wherever a command is
called from. Environment variables take precedence. An empty value counts as not set. An invalid one stops the start and
reports what the variable takes. Secrets, and addresses that may contain a password, can also come from files: see [Run in
production](../guides/production.md#secrets-in-files). [.env.example](../../.env.example) is the same list to copy; \`holdfast doctor\` checks
everything that a start needs.`,
    ...example
      .split('\n\n')
      .filter((paragraph) => TITLE.test(paragraph))
      .flatMap((paragraph) => [
        `## ${TITLE.exec(paragraph)?.[1]}`,
        table(
          ['variable', 'default', 'takes', 'meaning'],
          parseVariables(paragraph.replace(TITLE, '')).map(({ name, preset, meaning }) => [
            code(name),
            preset === '' ? '' : code(preset),
            describeAcceptedValues(name),
            meaning,
          ]),
        ),
      ]),
  );
}

/** Returns the variables of one paragraph, each with the comment before it. */
function parseVariables(paragraph: string): Variable[] {
  const variables: Variable[] = [];
  let comment: string[] = [];
  for (const line of paragraph.split('\n')) {
    const [, name, preset = ''] = /^([A-Z][A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    if (name === undefined) {
      comment.push(line.replace(/^# ?/, ''));
      continue;
    }
    variables.push({ name, preset, meaning: comment.join(' ') });
    comment = [];
  }
  return variables;
}

/**
 * Returns the values that a variable accepts. None accepts a control character, so each error states what it does
 * accept.
 */
function describeAcceptedValues(name: string): string {
  try {
    readConfig({ [name]: '\u0000' });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const sentence of error.sentences) {
      const [, words] =
        new RegExp(`^${name} is .*, but it takes (.*)\\.$`, 's').exec(sentence) ?? [];
      if (words !== undefined) return words;
    }
  }
  throw new Error(`${name} does not state what it accepts`);
}
