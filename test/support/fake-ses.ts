import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { parseMail } from './parse-mail.ts';
import type { ReceivedMail } from './smtp-server.ts';

/** A response instead of accepting the mail: a named SES error, or no response at all. */
export type SesFault =
  | { readonly status: number; readonly name: string; readonly message: string }
  | 'hang';

/** A small SES version 2 on a free port: `SendEmail` with a raw message. Closed after the file. */
export interface FakeSes {
  readonly endpointUrl: string;
  readonly received: readonly (ReceivedMail & { readonly tags: Record<string, string> })[];
  trouble: SesFault | null;
  refuses: (recipient: string) => boolean;
}

interface SendEmailBody {
  readonly FromEmailAddress: string;
  readonly Destination: { readonly ToAddresses: readonly string[] };
  readonly Content: { readonly Raw: { readonly Data: string } };
  readonly EmailTags?: readonly { readonly Name: string; readonly Value: string }[];
}

export async function startFakeSes(): Promise<FakeSes> {
  const received: FakeSes['received'][number][] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const signed = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true;
    if (request.method !== 'POST' || request.url !== '/v2/email/outbound-emails') {
      return refuse(response, 404, 'NotFoundException', 'no such operation');
    }
    if (!signed) return refuse(response, 403, 'MissingAuthenticationToken', 'it is not signed');
    const { trouble } = ses;
    if (trouble === 'hang') return;
    if (trouble !== null) {
      return refuse(response, trouble.status, trouble.name, trouble.message);
    }
    const {
      FromEmailAddress,
      Destination,
      Content,
      EmailTags = [],
    } = JSON.parse(body) as SendEmailBody;
    const refused = Destination.ToAddresses.filter((address) => ses.refuses(address));
    if (refused.length > 0) {
      return refuse(response, 400, 'MessageRejected', `Address is refused: ${refused.join()}`);
    }
    received.push({
      ...parseMail(Buffer.from(Content.Raw.Data, 'base64')),
      envelopeFrom: FromEmailAddress,
      envelopeTo: Destination.ToAddresses,
      tags: Object.fromEntries(EmailTags.map(({ Name, Value }) => [Name, Value])),
    });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ MessageId: `ses-${received.length}` }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ses: FakeSes = {
    endpointUrl: `http://127.0.0.1:${port}`,
    received,
    trouble: null,
    refuses: () => false,
  };
  return ses;
}

function refuse(response: ServerResponse, status: number, name: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name });
  response.end(JSON.stringify({ message }));
}
