import { readFile } from 'node:fs/promises';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardQueues,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/dist/types.js';
import fastifyStatic from '@fastify/static';
import type { Queue } from 'bullmq';
import { Type } from 'typebox';
import type { App } from '../../http/index.ts';
import { VIEW_QUEUE_BOARD } from './queue-board-declaration.ts';

const BOARD_PATH = '/admin/queues';

/** Allows the board's own scripts, styles, calls and inline styles, and nothing from other hosts. */
const BOARD_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Relative to the board's path. */
const BASE_SCRIPT = 'base.js';

/** Nested file names, none of which leads upwards. */
const FILE_PATTERN = '^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$';

const DESCRIPTION =
  'Read only. Redrive dead letters in the console or with "holdfast dead-letters redrive".';

/**
 * Registers Bull Board, read only: jobs and their state are in the database, so sending or removing a message here
 * would change only the view. Its adapter for Fastify is not used, because it would send refusals in its own format.
 */
export async function registerQueueBoard(app: App, boards: () => readonly Queue[]): Promise<void> {
  const parts = await collectParts(`${app.publicPath}${BOARD_PATH}`);
  const shown = new Set<Queue>();

  /** Adds new queues: they are created when Redis has first been reached. */
  function registerQueues(): void {
    for (const queue of boards()) {
      if (shown.has(queue)) continue;
      shown.add(queue);
      const adapter = new BullMQAdapter(queue, { readOnlyMode: true, description: DESCRIPTION });
      parts.addQueue(adapter);
    }
  }

  await app.register(async (scope: App) => {
    // The headers of a reply that depends on its caller must not change.
    await scope.register(fastifyStatic, {
      root: parts.staticPath,
      serve: false,
      cacheControl: false,
    });
    const route = { schema: { operationId: VIEW_QUEUE_BOARD }, config: { page: true } };
    const file = {
      ...route.schema,
      params: Type.Object({ '*': Type.String({ pattern: FILE_PATTERN }) }),
    };
    scope.get(`${BOARD_PATH}/static/*`, { ...route, schema: file }, (request, reply) =>
      reply.sendFile(request.params['*']),
    );
    scope.get(`${BOARD_PATH}/${BASE_SCRIPT}`, route, (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(parts.baseScript),
    );
    for (const path of parts.pages) {
      const url = path === '/' ? BOARD_PATH : `${BOARD_PATH}${path}`;
      scope.get(url, route, (_request, reply) =>
        reply
          .header('content-security-policy', BOARD_POLICY)
          .type('text/html; charset=utf-8')
          .send(parts.page),
      );
    }
    for (const { path, handler } of parts.queries) {
      scope.get(`${BOARD_PATH}${path}`, route, async (request, reply) => {
        registerQueues();
        const { status = 200, body } = await handler({
          queues: parts.queues,
          uiConfig: parts.uiConfig,
          params: request.params as Record<string, unknown>,
          query: request.query as Record<string, unknown>,
          body: {},
          headers: {},
        });
        return reply.status(status).send(body);
      });
    }
  });
}

interface Parts {
  readonly queues: BullBoardQueues;
  readonly uiConfig: UIConfig;
  readonly staticPath: string;
  readonly page: string;
  /** Tells the board's scripts its path. */
  readonly baseScript: string;
  /** Paths that show the page. */
  readonly pages: readonly string[];
  readonly queries: readonly {
    readonly path: string;
    readonly handler: AppControllerRoute['handler'];
  }[];
  readonly addQueue: (queue: BullMQAdapter) => void;
}

/** Collects the parts that Bull Board passes to its server. `basePath` is the path under which browsers reach it. */
async function collectParts(basePath: string): Promise<Parts> {
  let queues: BullBoardQueues = new Map();
  let uiConfig: UIConfig = {};
  let staticPath = '';
  let viewsPath = '';
  let entry: AppViewRoute | undefined;
  let routes: AppControllerRoute[] = [];
  const serverAdapter: IServerAdapter = {
    setQueues: (given) => chainHandlers(() => (queues = given)),
    setViewsPath: (given) => chainHandlers(() => (viewsPath = given)),
    setStaticPath: (_route, given) => chainHandlers(() => (staticPath = given)),
    setEntryRoute: (given) => chainHandlers(() => (entry = given)),
    setApiRoutes: (given) => chainHandlers(() => (routes = given)),
    setUIConfig: (given) => chainHandlers(() => (uiConfig = given)),
    setErrorHandler: () => serverAdapter,
  };
  function chainHandlers(set: () => unknown): IServerAdapter {
    set();
    return serverAdapter;
  }
  const { addQueue } = createBullBoard({
    queues: [],
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Holdfast queues',
        boardLogo: { path: `${basePath}/static/images/logo.svg` },
        hideDocsLink: true,
      },
    },
  });
  const view = entry!.handler({ basePath, uiConfig });
  const template = await readFile(`${viewsPath}/${view.name}`, 'utf8');
  return {
    queues,
    uiConfig,
    staticPath,
    page: withoutBase(render(template, view.params), `${basePath}/`),
    baseScript: buildBaseScript(`${basePath}/`),
    pages: [entry!.route].flat(),
    queries: routes
      .filter(({ method }) => [method].flat().includes('get'))
      .flatMap(({ route, handler }) => [route].flat().map((path) => ({ path, handler }))),
    addQueue,
  };
}

/** Renders Bull Board's template, without links to other hosts. */
function render(template: string, values: Readonly<Record<string, unknown>>): string {
  return template
    .replace(/<link [^>]*href="https?:[^>]*>/g, '')
    .replace(/<%[-=]\s*(\w+)\s*%>/g, (_, name: string) => String(values[name] ?? ''));
}

/**
 * The policy allows no `<base>`, which a planted one could turn against every relative address. So addresses are absolute, and a
 * script of our own comes first.
 */
function withoutBase(page: string, base: string): string {
  return page
    .replace(/<base [^>]*>/, `<script defer src="${base}${BASE_SCRIPT}"></script>`)
    .replaceAll(/ (href|src)="static\//g, ` $1="${base}static/`);
}

/**
 * The board's scripts read its path from an element named `base`. One without a namespace is none of HTML's, so the browser
 * resolves no address by it.
 */
function buildBaseScript(base: string): string {
  return `const base = document.createElementNS(null, 'base');
base.setAttribute('href', ${JSON.stringify(base)});
document.head.append(base);
`;
}
