import { chapters } from './chapters.ts';
import { testScript } from './scripts.ts';
import type { CallerName, SetupStep, Step } from './step.ts';

/** The parts of an OpenAPI document that the collection uses. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string };
  readonly servers?: readonly { readonly url: string }[];
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

interface Described {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
  readonly description?: string;
}

interface Operation extends Described {
  readonly method: string;
  /** With `{names}`. */
  readonly path: string;
}

const TOKENS: Readonly<Record<Exclude<CallerName, 'nobody'>, string>> = {
  customer: '{{customerToken}}',
  'second customer': '{{secondToken}}',
  guest: '{{orderToken}}',
  admin: '{{adminToken}}',
  'API key': '{{keySecret}}',
};

/** Variables that users of the collection may change; the requests set all others. */
const SETTINGS: Readonly<Record<string, string>> = {
  adminEmail: 'admin@holdfast.example',
  adminPassword: '',
  webhookUrl: 'https://receiver.example/hooks',
  sandboxWebhookSecret: '',
};

const ABOUT = [
  'Every operation, in an order that works: set `adminEmail` and `adminPassword` among the variables (the first start of a server prints them), and run the collection as a whole, or its folders from the top.',
  'Each request stores what later ones need in variables. A run creates its own customer and product, so it can be repeated. It pays with the sandbox.',
].join('\n\n');

/** Builds a Postman collection of the operations of the document. Source: Postman Collection Format v2.1.0. */
export function postmanCollection(document: ApiDocument, currency: string): object {
  const operations = indexOperations(document);
  const variables = { baseUrl: document.servers?.[0]?.url ?? '', currency, ...SETTINGS };
  return {
    info: {
      name: document.info.title,
      description: ABOUT,
      version: document.info.version,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: bearer('{{customerToken}}'),
    variable: Object.entries(variables).map(([key, value]) => ({ key, value })),
    // The bearer token identifies the caller; a cookie of an earlier request must not override it.
    protocolProfileBehavior: { disableCookies: true },
    item: chapters.map(({ tag, steps }) => ({
      name: tag,
      description: document.tags?.find(({ name }) => name === tag)?.description ?? '',
      item: steps.map((step) =>
        step.operation === null ? setupRequest(step) : request(step, operations),
      ),
    })),
  };
}

function indexOperations({ paths }: ApiDocument): ReadonlyMap<string, Operation> {
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]): [string, Operation] => [
        described.operationId,
        { ...described, path, method: method.toUpperCase() },
      ]),
    ),
  );
}

function request(step: Step, operations: ReadonlyMap<string, Operation>): object {
  const operation = operations.get(step.operation);
  if (operation === undefined) throw new Error(`The document has no operation ${step.operation}.`);
  const { parameters = [], summary, description } = operation;
  const headers = { ...buildIdempotencyHeader(parameters), ...step.headers };
  const query = parameters.flatMap(({ in: place, name = '', ...rest }) =>
    place === 'query'
      ? [
          {
            key: name,
            value: step.query?.[name] ?? '',
            description: rest.description ?? '',
            disabled: step.query?.[name] === undefined,
          },
        ]
      : [],
  );
  const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
  return buildItem(step, {
    name: step.name ?? summary ?? step.operation,
    description: [description, step.note].filter(Boolean).join('\n\n'),
    method: step.method ?? operation.method,
    headers,
    url: {
      ...buildUrl(path),
      query,
      variable: Object.entries(step.path ?? {}).map(([key, value]) => ({ key, value })),
    },
    documented: Object.keys(operation.responses),
  });
}

function setupRequest(step: SetupStep): object {
  const { name, note, method, url } = step;
  const headers = step.headers ?? {};
  const about = { name, description: note, method, headers, url: buildUrl(url), documented: [] };
  return buildItem(step, about);
}

/** Returns a new idempotency key for a request that accepts one. */
function buildIdempotencyHeader(parameters: readonly Parameter[]): Record<string, string> {
  const acceptsKey = parameters.some(({ $ref }) => $ref?.endsWith('/IdempotencyKey'));
  return acceptsKey ? { 'Idempotency-Key': '{{$guid}}' } : {};
}

interface About {
  readonly name: string;
  readonly description: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: object;
  readonly documented: readonly string[];
}

function buildItem(step: Step | SetupStep, about: About): object {
  const { as = 'nobody', body, before } = step;
  const headers = { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) };
  return {
    name: about.name,
    event: [
      ...(before === undefined ? [] : [buildScript('prerequest', before)]),
      buildScript('test', testScript(step, about.documented)),
    ],
    request: {
      description: about.description,
      method: about.method,
      auth: as === 'nobody' ? { type: 'noauth' } : bearer(TOKENS[as]),
      header: Object.entries({ ...headers, ...about.headers }).map(([key, value]) => ({
        key,
        value,
      })),
      url: about.url,
      ...(body === undefined
        ? {}
        : {
            body: {
              mode: 'raw',
              raw: JSON.stringify(body, null, 2),
              options: { raw: { language: 'json' } },
            },
          }),
    },
    response: [],
  };
}

function buildUrl(path: string): { raw: string; host: string[]; path: string[] } {
  return { raw: `{{baseUrl}}${path}`, host: ['{{baseUrl}}'], path: path.split('/').slice(1) };
}

function bearer(token: string): object {
  return { type: 'bearer', bearer: [{ key: 'token', value: token, type: 'string' }] };
}

function buildScript(listen: 'prerequest' | 'test', exec: readonly string[]): object {
  return { listen, script: { type: 'text/javascript', exec } };
}
