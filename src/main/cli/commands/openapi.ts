import { describeApi } from '../../compose/describe-api.ts';
import { loadConfig } from '../../config/read-config.ts';
import { print } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** Prints the OpenAPI document, without a server. */
export async function openapi(): Promise<ExitCode> {
  const document = await describeApi(loadConfig());
  print(JSON.stringify(JSON.parse(document), null, 2));
  return exitCodes.ok;
}
