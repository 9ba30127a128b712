import { describeApi } from '../../compose/describe-api.ts';
import { loadConfig } from '../../config/read-config.ts';
import { print } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** Writes the OpenAPI document for people and tools that have no server at hand. */
export async function openapi(): Promise<ExitCode> {
  const document = await describeApi(loadConfig());
  print(JSON.stringify(JSON.parse(document), null, 2));
  return exitCodes.ok;
}
