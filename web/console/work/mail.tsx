import { Anchor, Modal, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { answerOf, api, type ItemOf } from '../../shared/api.ts';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { When } from '../parts/when.tsx';

type Message = ItemOf<'listMail'>;

export function Mail() {
  const mail = usePages(['mail'], (cursor) =>
    answerOf(api.GET('/api/operations/mail', { params: { query: cursor } })),
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
                      message.kind
                    ) : (
                      <Anchor component={Link} href={`/orders/${message.orderId}`}>
                        {message.kind}
                      </Anchor>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <When at={message.sentAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <PageFoot query={mail} empty="No mail has been sent." />
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        title={shown?.subject}
        size="lg"
      >
        {shown !== null && <Letter message={shown} />}
      </Modal>
    </>
  );
}

/** The HTML of a mail is shown in a frame of its own, in which nothing runs. */
function Letter({ message }: { message: Message }) {
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        To {message.to} · Message-ID {message.messageId}
      </Text>
      {message.html === null ? (
        <Text>The text of this mail is not kept.</Text>
      ) : (
        <iframe className="letter" title={message.subject} sandbox="" srcDoc={message.html} />
      )}
    </>
  );
}
