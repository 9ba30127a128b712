import { Anchor, Code, Collapse, CopyButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from 'wouter';
import { formatExactly } from '../parts/shop-clock.ts';
import type { AuditRow } from './audit-row.ts';

/** Shows on demand what a row says besides: the exact time, the request, the browser in its own words. */
export function AuditDetails({ row, timeZone }: { row: AuditRow; timeZone: string }) {
  const [isOpen, { toggle }] = useDisclosure();
  return (
    <>
      <Anchor component="button" type="button" size="xs" aria-expanded={isOpen} onClick={toggle}>
        {isOpen ? 'Less' : 'Details'}
      </Anchor>
      <Collapse expanded={isOpen}>{isOpen && <Facts row={row} timeZone={timeZone} />}</Collapse>
    </>
  );
}

function Facts({ row, timeZone }: { row: AuditRow; timeZone: string }) {
  const { cause, subject } = row;
  const facts = [
    ['Time', formatExactly(row.at, timeZone)],
    ['Address', cause.address],
    ['Browser', cause.userAgent],
    ['Job', cause.job ?? null],
    ['Type', row.type],
    ['Subject', subject.id],
  ] as const;
  return (
    <dl className="audit-facts">
      {facts.map(
        ([name, text]) =>
          text !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{text}</bdi>
              </dd>
            </div>
          ),
      )}
      {cause.requestId !== null && (
        <div>
          <dt>Request</dt>
          <dd>
            <Code>{cause.requestId}</Code> <CopyId id={cause.requestId} />
          </dd>
        </div>
      )}
      {subject.id !== null && (
        <div>
          <dt>More</dt>
          <dd>
            <Anchor component={Link} href={`/audit?subject=${subject.id}`} size="xs">
              All changes of this
            </Anchor>
          </dd>
        </div>
      )}
    </dl>
  );
}

/** Log lines and error messages name requests by these ids. */
function CopyId({ id }: { id: string }) {
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <Anchor component="button" type="button" size="xs" onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </Anchor>
      )}
    </CopyButton>
  );
}
