import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Accepted,
  judgeAudit,
  readAdvisories,
  remediationDays,
} from '../../deploy/supply-chain/judge-audit.ts';
import { readText } from './deploy-files.ts';

/** The form of `npm audit --json`: of two packages, one is affected only through the other. */
const report = JSON.stringify({
  auditReportVersion: 2,
  vulnerabilities: {
    shipped: {
      via: [
        {
          name: 'shipped',
          title: 'Prototype pollution',
          url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
          severity: 'high',
        },
      ],
    },
    outer: { via: ['shipped'] },
    bundler: {
      via: [
        {
          name: 'bundler',
          title: 'Path traversal',
          url: 'https://github.com/advisories/GHSA-dddd-eeee-ffff',
          severity: 'critical',
        },
      ],
    },
  },
});
const shipped = new Set(['shipped', 'outer']);
const judge = (accepted: Accepted, today = '2026-11-29') => {
  const verdict = judgeAudit(readAdvisories(report)!, { shipped, accepted, today });
  return Object.values(verdict).map((advisories: { id: string }[]) =>
    advisories.map(({ id }) => id),
  );
};

describe('the audit of dependencies', () => {
  test('refuses a published fault in what ships, and only reports one in what builds it', () => {
    assert.deepEqual(judge({}), [['GHSA-aaaa-bbbb-cccc'], [], ['GHSA-dddd-eeee-ffff']]);
  });

  test('lets an accepted fault pass until its last day, and no longer', () => {
    const acceptance = { reason: 'not reachable', published: '2026-11-20', until: '2026-12-01' };
    const accepted = { 'GHSA-aaaa-bbbb-cccc': acceptance };
    assert.deepEqual(judge(accepted, '2026-12-01')[0], []);
    assert.deepEqual(judge(accepted, '2026-12-02')[0], ['GHSA-aaaa-bbbb-cccc']);
  });

  test('accepts nothing for longer than SECURITY.md promises to remedy it', async () => {
    const acceptance = { reason: 'not reachable', published: '2026-11-20', until: '2027-12-31' };
    const accepted = { 'GHSA-aaaa-bbbb-cccc': acceptance };
    assert.deepEqual(judge(accepted, '2026-12-04')[0], []);
    assert.deepEqual(judge(accepted, '2026-12-05')[0], ['GHSA-aaaa-bbbb-cccc']);
    const promised = [
      ...(await readText('SECURITY.md')).matchAll(
        /^\| (critical|high|medium|low) \|.*\| (\d+) days \|$/gm,
      ),
    ].map(([, severity, days]) => [severity!.replace('medium', 'moderate'), Number(days)]);
    assert.deepEqual(Object.fromEntries(promised), remediationDays);
  });

  test('does not take an error of the registry for a clean report', () => {
    for (const text of ['', 'not json', 'null', '{}', '{"message":"405 Method Not Allowed"}']) {
      assert.equal(readAdvisories(text), null, text);
    }
    assert.deepEqual(readAdvisories('{"auditReportVersion":2,"vulnerabilities":{}}'), []);
  });

  test('accepts faults only with a reason and a day', async () => {
    const accepted = JSON.parse(
      await readText('deploy/supply-chain/accepted-advisories.json'),
    ) as Accepted;
    for (const [id, { reason, published, until }] of Object.entries(accepted)) {
      assert.match(id, /^GHSA(-[0-9a-z]{4}){3}$/);
      assert.ok(reason.length > 20, id);
      for (const day of [published, until]) assert.match(day, /^\d{4}-\d{2}-\d{2}$/, id);
    }
  });
});
