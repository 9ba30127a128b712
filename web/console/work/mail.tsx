import { Anchor, Group, SegmentedControl, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { formatStatus } from '../parts/status-badge.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

type Message = ItemOf<'listMail'>;

export function Mail() {
  const mail = usePages(['mail'], (cursor) =>
    readBody(api.GET('/api/operations/mail', { params: { query: cursor } })),
  );
  const [shown, setShown] = useState<Message | null>(null);
  return (
    <>
      {mail.items !== undefined && (
        <Table.ScrollContainer minWidth={640}>
          <Table verticalSpacing="xs" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>To</Table.Th>
                <Table.Th>Subject</Table.Th>
                <Table.Th>About</Table.Th>
                <Table.Th>Sent</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {mail.items.map((message) => (
                <Table.Tr key={message.id}>
                  <Table.Td>{message.to}</Table.Td>
                  <Table.Td>
                    <Anchor component="button" type="button" onClick={() => setShown(message)}>
                      {message.subject}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>
                    {message.orderId === null ? (
                      formatKind(message)
                    ) : (
                      <Anchor component={Link} href={`/orders/${message.orderId}`}>
                        {formatKind(message)}
                      </Anchor>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Timestamp at={message.sentAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <PageFoot query={mail} empty="No mail has been sent." />
      <Dialog
        opened={shown !== null}
        onClose={() => setShown(null)}
        title={shown?.subject}
        size="lg"
      >
        {shown !== null && <MailText message={shown} />}
      </Dialog>
    </>
  );
}

const views = [
  { value: 'html', label: 'HTML' },
  { value: 'text', label: 'Plain text' },
] as const;

type View = (typeof views)[number]['value'];

/** Shows a mail. It is sent in both formats, and the recipient's mail program chooses. */
function MailText({ message }: { message: Message }) {
  const [view, setView] = useState<View>('html');
  const { to, messageId, subject, text, html } = message;
  return (
    <>
      <Group justify="space-between" wrap="nowrap" mb="sm">
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          To {to}
          <br />
          Message-ID {messageId}
        </Text>
        {html !== null && (
          <SegmentedControl
            aria-label="Mail format"
            flex="none"
            data={[...views]}
            value={view}
            onChange={setView}
          />
        )}
      </Group>
      {html === null && (
        <Text>
          The text of this mail is not shown, because its link gives access to an account.
        </Text>
      )}
      {html !== null && view === 'html' && (
        // In a sandboxed frame, in which no script runs.
        <iframe className="mail-html" title={subject} sandbox="" srcDoc={html} />
      )}
      {html !== null && view === 'text' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolling content must be reachable by keyboard
        <pre className="mail-text" tabIndex={0}>
          {text}
        </pre>
      )}
    </>
  );
}

/** Formats a kind for people: `payment.refunded` becomes `Payment refunded`. */
function formatKind({ kind }: Message): string {
  return formatStatus(kind.replace('.', ' '));
}
