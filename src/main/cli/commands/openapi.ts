import { describeApi } from '../../compose/describe-api.ts';
import { loadConfig } from '../../config/config.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { say } from '../terminal.ts';

/** Writes the OpenAPI document for people and tools that have no server at hand. */
export async function openapi(): Promise<ExitCode> {
  const document = await describeApi(loadConfig());
  say(JSON.stringify(JSON.parse(document), null, 2));
  return exitCodes.ok;
}
