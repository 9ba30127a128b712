import { resolve } from 'node:path';
import { programFolder } from '../program.ts';
import { buildConfig } from './build-config.ts';
import { cacheFaults } from './cache-choice.ts';
import type { Config } from './config.ts';
import { WrongValue } from './config-values.ts';
import { ConfigurationError } from './configuration-error.ts';
import { consoleFaults } from './console-rules.ts';
import { trustExtraCertificates } from './extra-certificates.ts';
import { findHome, getWorkingDirectory, readEnvFile } from './home.ts';
import { mailFaults } from './mail-choice.ts';
import { passkeyFaults } from './passkey-choice.ts';
import { paymentFaults } from './payment-choice.ts';
import { productionFaults } from './production-rules.ts';
import { queueFaults } from './queue-choice.ts';
import { type Environment, readSecretFiles } from './secret-files.ts';
import { isFileVariable } from './secret-variables.ts';
import { tlsFaults } from './tls-choice.ts';
import { type Values, type VariableName, variableNames, variables } from './variables.ts';

/**
 * Loads the configuration from the environment and the `.env` file of HOLDFAST_HOME. The file may also contain
 * variables for others, such as AWS's libraries.
 */
export function loadConfig(): Config {
  const home = findHome(process.env);
  const file = readEnvFile(home);
  trustExtraCertificates(process.env, file, home);
  for (const [name, value] of Object.entries(file)) process.env[name] ??= value;
  return readConfig(process.env, home);
}

/** Returns the reasons for which the loaded configuration would not start in production. */
export function findFaultsInProduction(): readonly string[] {
  try {
    readConfig({ ...process.env, NODE_ENV: 'production' }, findHome(process.env));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.sentences;
  }
}

/** Resolves the path of a file from the command line. */
export function fileArgument(path: string): string {
  return resolve(getWorkingDirectory(process.env), path);
}

/**
 * Reads the configuration from variables, and from the files that they name. An empty variable counts as not set;
 * relative paths start at `home`. Throws `ConfigurationError` with all errors.
 */
export function readConfig(environment: Environment, home: string = programFolder): Config {
  const {
    secrets,
    files,
    sentences: fileFaults,
  } = readSecretFiles(variableNames, environment, home);
  const sentences = [...fileFaults];
  const values: Values = {};
  for (const name of variableNames) {
    const given = (secrets[name] ?? environment[name])?.trim();
    if (given === undefined || given === '') continue;
    try {
      Object.assign(values, { [name]: variables[name](given) });
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      const source = name in secrets ? ` (from ${name}_FILE)` : '';
      sentences.push(
        `${name}${source} is ${formatValue(name, given)}, but it takes ${error.takes}.`,
      );
    }
  }
  // What depends on a secret that could not be read would only confuse.
  if (fileFaults.length > 0) throw new ConfigurationError(sentences);
  sentences.push(
    ...adminFaults(values),
    ...databaseFaults(values),
    ...sessionFaults(values),
    ...consoleFaults(values),
    ...cacheFaults(values),
    ...mailFaults(values),
    ...passkeyFaults(values),
    ...paymentFaults(values),
    ...queueFaults(values),
    ...tlsFaults(values),
  );
  if (values.NODE_ENV === 'production') sentences.push(...productionFaults(values, environment));
  if (sentences.length > 0) throw new ConfigurationError(sentences);
  return Object.freeze(buildConfig(values, { environment, secretFiles: files, home }));
}

function adminFaults({ ADMIN_EMAIL: email, ADMIN_PASSWORD: password }: Values): string[] {
  if ((email === undefined) !== (password === undefined)) {
    return ['ADMIN_EMAIL and ADMIN_PASSWORD go together: set both, or neither.'];
  }
  return [];
}

function databaseFaults({ DATABASE_URL: url, DATABASE_MIGRATION_URL: migrationUrl }: Values) {
  return url === undefined && migrationUrl !== undefined
    ? ['DATABASE_MIGRATION_URL goes with DATABASE_URL: set both, or only DATABASE_URL.']
    : [];
}

function sessionFaults({ SESSION_CUSTOMER_IDLE_DAYS: days, REFRESH_TOKEN_DAYS: former }: Values) {
  return days !== undefined && former !== undefined
    ? ['REFRESH_TOKEN_DAYS is the former name of SESSION_CUSTOMER_IDLE_DAYS: set only the latter.']
    : [];
}

/** Formats a value for a message. Secrets and passwords are never repeated, because messages end up in logs. */
function formatValue(name: VariableName, given: string): string {
  return isFileVariable(name) || name === 'STRIPE_API_BASE'
    ? `a text of ${given.length} characters`
    : JSON.stringify(given.replace(/\/\/.*@/, '//…@').slice(0, 100));
}
