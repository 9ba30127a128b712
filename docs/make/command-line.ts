import type { Command } from 'commander';
import { createProgram } from '../../src/main/cli/command-line.ts';
import { fenced, type Page, page } from './markdown.ts';

const WIDTH = 100;

/** Builds the page with the `--help` output of each command. */
export function commandLinePage(): Page {
  return page(
    'command-line.md',
    'Command line',
    `\`npx holdfast COMMAND\` in the project's folder, or \`npm run holdfast -- COMMAND\`; from elsewhere \`bin/holdfast.js\`, or a
link to it. It reads the same [configuration](configuration.md) as the server, from the project's folder or \`HOLDFAST_HOME\`;
paths of files are relative to the working directory. With the embedded database a command uses the running server's, or
starts it while the command runs; it creates a new one only with \`--new\`.`,
    ...listCommands(
      createProgram(() => {}),
      [],
    ).flatMap(({ path, command }) => [`## ${path.join(' ')}`, fenced('', renderHelp(command))]),
  );
}

interface Named {
  readonly path: readonly string[];
  readonly command: Command;
}

function listCommands(command: Command, above: readonly string[]): Named[] {
  const path = [...above, command.name()];
  return [{ path, command }, ...command.commands.flatMap((inner) => listCommands(inner, path))];
}

function renderHelp(command: Command): string {
  let text = '';
  command.configureOutput({
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}
