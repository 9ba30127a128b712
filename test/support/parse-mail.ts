/** A message as a mail client shows it: headers unfolded and decoded, both bodies decoded. */
export interface ParsedMail {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
}

/** Parses a `multipart/alternative` with a text and an HTML part, as ours are. Throws on anything else. */
export function parseMail(raw: Buffer): ParsedMail {
  const { headers, body } = split(raw.toString('latin1'));
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '')?.[1];
  if (!headers['content-type']?.startsWith('multipart/alternative') || boundary === undefined) {
    throw new Error(`an unexpected kind of message: ${headers['content-type']}`);
  }
  const parts = body.split(`--${boundary}`).slice(1, -1).map(split);
  const decoded = (type: string): string => {
    const part = parts.find((it) => it.headers['content-type']?.startsWith(type));
    if (part === undefined) throw new Error(`a message without ${type}`);
    return decode(
      part.body.replace(/\r\n$/, ''),
      part.headers['content-transfer-encoding'] ?? '7bit',
    );
  };
  return { headers, text: decoded('text/plain'), html: decoded('text/html') };
}

function split(message: string): { headers: Record<string, string>; body: string } {
  const text = message.replace(/^\r\n/, '');
  const end = text.indexOf('\r\n\r\n');
  const lines = text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (name in headers) throw new Error(`the header ${name} is repeated`);
    headers[name] = decodeWords(line.slice(colon + 1).trim());
  }
  return { headers, body: text.slice(end + 4) };
}

/** Source: RFC 2047 §2. White space between two encoded words is ignored. */
function decodeWords(value: string): string {
  return value.replace(/\?=\s+=\?/g, '?==?').replace(/(?:=\?utf-8\?[bq]\?[^?]*\?=)+/gi, (words) => {
    const bytes = [...words.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)].map(([, kind, text]) =>
      kind?.toLowerCase() === 'b'
        ? Buffer.from(text ?? '', 'base64')
        : unquote((text ?? '').replaceAll('_', ' ')),
    );
    return Buffer.concat(bytes).toString('utf8');
  });
}

function decode(body: string, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8').replaceAll('\r\n', '\n');
    case 'quoted-printable':
      return unquote(body.replace(/=\r\n/g, '')).toString('utf8').replaceAll('\r\n', '\n');
    default:
      return Buffer.from(body, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
  }
}

function unquote(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}
