import { resolve } from 'node:path';
import { isCommonPassword } from '../../modules/accounts/index.ts';
import { programFolder } from '../program.ts';
import { buildConfig } from './build-config.ts';
import { cacheFaults } from './cache-choice.ts';
import type { Config } from './config.ts';
import { WrongValue } from './config-values.ts';
import { ConfigurationError } from './configuration-error.ts';
import { findHome, getWorkingDirectory, readEnvFile } from './home.ts';
import { mailFaults } from './mail-choice.ts';
import { paymentFaults } from './payment-choice.ts';
import { productionFaults } from './production-rules.ts';
import { queueFaults } from './queue-choice.ts';
import { type Values, type VariableName, variableNames, variables } from './variables.ts';

/**
 * Loads the configuration from the environment and the `.env` file of HOLDFAST_HOME. The file may also contain
 * variables for others, such as AWS's libraries.
 */
export function loadConfig(): Config {
  const home = findHome(process.env);
  for (const [name, value] of Object.entries(readEnvFile(home))) process.env[name] ??= value;
  return readConfig(process.env, home);
}

/** Resolves the path of a file from the command line. */
export function fileArgument(path: string): string {
  return resolve(getWorkingDirectory(process.env), path);
}

/**
 * Reads the configuration; pure. An empty variable counts as not set; relative paths start at `home`. Throws
 * `ConfigurationError` with all errors.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  home: string = programFolder,
): Config {
  const sentences: string[] = [];
  const values: Values = {};
  for (const name of variableNames) {
    const given = environment[name]?.trim();
    if (given === undefined || given === '') continue;
    try {
      Object.assign(values, { [name]: variables[name](given) });
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      sentences.push(`${name} is ${formatValue(name, given)}, but it takes ${error.takes}.`);
    }
  }
  sentences.push(
    ...adminFaults(values),
    ...cacheFaults(values),
    ...mailFaults(values),
    ...paymentFaults(values),
    ...queueFaults(values),
  );
  if (values.NODE_ENV === 'production') sentences.push(...productionFaults(values));
  if (sentences.length > 0) throw new ConfigurationError(sentences);
  return Object.freeze(buildConfig(values, home));
}

function adminFaults({ ADMIN_EMAIL: email, ADMIN_PASSWORD: password }: Values): string[] {
  if ((email === undefined) !== (password === undefined)) {
    return ['ADMIN_EMAIL and ADMIN_PASSWORD go together: set both, or neither.'];
  }
  if (email === undefined || password === undefined) return [];
  if (!isCommonPassword(password, { email, name: '' })) return [];
  return ['ADMIN_PASSWORD is too easy to guess: it must not be a common password or ADMIN_EMAIL.'];
}

const publicVariables: ReadonlySet<VariableName> = new Set([
  'PUBLIC_URL',
  'SANDBOX_URL',
  'AWS_ENDPOINT_URL',
  'SQS_QUEUE_URL',
  'SQS_PRIORITY_QUEUE_URL',
  'SQS_DEAD_LETTER_QUEUE_URL',
]);

/** Formats a value for a message. Secrets and passwords are never repeated, because messages end up in logs. */
function formatValue(name: VariableName, given: string): string {
  return /SECRET|PASSWORD|TOKEN$|_URLS?$|_API_BASE$/.test(name) && !publicVariables.has(name)
    ? `a text of ${given.length} characters`
    : JSON.stringify(given.replace(/\/\/.*@/, '//…@').slice(0, 100));
}
