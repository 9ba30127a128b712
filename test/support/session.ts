import { noteSecrets } from './runner/leaks.ts';

/** A reply with its body read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Returns the body as JSON in the shape that the caller names. */
  json<T = Record<string, unknown>>(): T;
}

export interface Identity {
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly userId: string;
}

/** Calls a server as one caller. */
export interface Session {
  /** The identity of a signed-in caller; throws for the anonymous one. */
  readonly identity: Identity;
  request(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  delete(path: string, headers?: Record<string, string>): Promise<Reply>;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export function createSession(url: string, identity?: Identity): Session {
  async function request(
    method: string,
    path: string,
    { body, headers }: RequestOptions = {},
  ): Promise<Reply> {
    noteSecrets(body);
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(identity === undefined ? {} : { authorization: `Bearer ${identity.accessToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await readText(response);
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: <T>() => JSON.parse(text) as T,
    };
  }
  return {
    get identity() {
      if (identity === undefined) throw new Error('this session is not signed in');
      return identity;
    },
    request,
    get: (path, headers = {}) => request('GET', path, { headers }),
    post: (path, body, headers = {}) => request('POST', path, { body, headers }),
    put: (path, body, headers = {}) => request('PUT', path, { body, headers }),
    patch: (path, body, headers = {}) => request('PATCH', path, { body, headers }),
    delete: (path, headers = {}) => request('DELETE', path, { headers }),
  };
}

/** Does not read a stream of events, which has no end. Use `event-reader.ts` for that. */
async function readText(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return response.text();
  await response.body?.cancel();
  return '';
}
