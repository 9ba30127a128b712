import type { Config } from '../../config/config.ts';
import { ConfigurationError } from '../../config/configuration-error.ts';
import { findFaultsInProduction, loadConfig } from '../../config/read-config.ts';
import { formatTable, print } from '../../terminal.ts';
import { databaseFindings } from '../doctor/database.ts';
import { createFinding, type Finding } from '../doctor/finding.ts';
import { diskFinding, nodeFinding, portFinding } from '../doctor/machine.ts';
import { serviceFindings } from '../doctor/services.ts';
import { futureFindings, settingsFindings } from '../doctor/settings.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

const WORDS = { ok: 'ok', look: 'look', wrong: 'WRONG' } as const;

/** Checks everything that a start needs, and changes nothing. */
export async function doctor(): Promise<ExitCode> {
  const findings: Finding[] = [nodeFinding()];
  const config = readableConfig(findings);
  if (config !== null) {
    findings.push(...settingsFindings(config));
    if (!config.production) findings.push(...futureFindings(findFaultsInProduction()));
    findings.push(await portFinding(config));
    findings.push(await diskFinding(config), ...(await databaseFindings(config)));
    findings.push(...(await serviceFindings(config)));
  }
  const rows = findings.map(({ what, state, say: sentence }) => [WORDS[state], what, sentence]);
  print(formatTable(['', 'what', 'found'], rows));
  return findings.every(({ state }) => state !== 'wrong') ? exitCodes.ok : exitCodes.no;
}

function readableConfig(findings: Finding[]): Config | null {
  try {
    const config = loadConfig();
    const mode = config.production ? 'production' : 'development';
    findings.push(createFinding('configuration', 'ok', mode));
    return config;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const sentence of error.sentences)
      findings.push(createFinding('configuration', 'wrong', sentence));
    return null;
  }
}
