import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Accepted, type Advisory, judgeAudit, readAdvisories } from './judge-audit.ts';
import { listShippedPackages, root } from './shipped-packages.ts';

/**
 * `npm run audit`: fails if a package that ships has a published fault that `accepted-advisories.json` does not accept
 * for today. SECURITY.md states how long one may be accepted. A registry that publishes no faults is reported, and does
 * not fail.
 */
const print = (line: string) => process.stdout.write(`${line}\n`);
const show = (label: string, advisories: readonly Advisory[]) => {
  for (const { id, package: name, severity, title } of advisories) {
    print(`${label}: ${name}, ${severity}: ${title} (${id})`);
  }
};

const { stdout } = spawnSync('npm', ['audit', '--json', '--package-lock-only'], {
  cwd: root,
  encoding: 'utf8',
});
const advisories = readAdvisories(stdout);
if (advisories === null) {
  const [, reason = 'no reply'] = /"message": "([^"]*)"/.exec(stdout) ?? [];
  print(`The audit of dependencies is not available from this registry: ${reason}.`);
} else {
  const accepted = JSON.parse(
    readFileSync(new URL('accepted-advisories.json', import.meta.url), 'utf8'),
  ) as Accepted;
  const shipped = new Set(listShippedPackages().map(({ name }) => name));
  const today = new Date().toISOString().slice(0, 10);
  const verdict = judgeAudit(advisories, { shipped, accepted, today });
  show('Not shipped', verdict.others);
  show('Accepted for now', verdict.accepted);
  show('Refused', verdict.refused);
  print(`${verdict.refused.length} published faults in what ships are not accepted.`);
  if (verdict.refused.length > 0) process.exitCode = 1;
}
