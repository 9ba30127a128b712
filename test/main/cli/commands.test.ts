import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findAudit } from '../../support/audit-rows.ts';
import { runCommand, spawnCommand } from '../../support/command.ts';
import { emptyDatabase, testDatabase } from '../../support/database.ts';
import { findPriceChanges } from '../../support/price-changes.ts';

const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
after(() => rm(folder, { recursive: true }));

const { database, url } = await testDatabase();
const environment = { DATABASE_URL: url };
const columns =
  'number=OrderNumber,date=OrderDate,name=ItemName,quantity=Quantity,price=ProductPrice';
const ordersArguments = [
  '--map',
  columns,
  '--date-format',
  'dd/MM/yyyy HH:mm',
  '--time-zone',
  'Europe/London',
];

function sample(name: string): string {
  return fileURLToPath(new URL(`../../support/data/${name}`, import.meta.url));
}

/** Returns a port on which nothing listens: this test has just released it. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  server.close();
  await once(server, 'close');
  return address.port;
}

test('help exits with 0, and every command has an example', async () => {
  const help = await runCommand(['--help']);
  assert.equal(help.code, 0, help.stderr);
  const commands = ['serve', 'migrate', 'check', 'reconcile', 'doctor', 'replay'];
  const users = ['user create', 'user role', 'user disable', 'user enable'];
  const nested = [...users, 'import products', 'import orders'];
  for (const command of [...commands, ...nested]) {
    const { code, stdout } = await runCommand([...command.split(' '), '--help']);
    assert.equal(code, 0);
    assert.match(stdout, /Example:\n {2}.*holdfast/, command);
  }
});

test('a command goes on when the reader of its output ends early', async () => {
  const child = spawnCommand(['--help']);
  child.stdout.destroy();
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.deepEqual({ errors, code }, { errors: '', code: 0 });
});

test('wrong arguments exit with 2', async () => {
  for (const args of [
    ['fly'],
    ['check', '--loudly'],
    ['user', 'create', 'a@example.com', '--role', 'owner'],
    ['import', 'orders'],
    ['replay', 'x.csv', '--url', 'http://localhost', '--concurrency', '0'],
  ]) {
    const { code, stderr } = await runCommand(args, { environment });
    assert.equal(code, 2, args.join(' '));
    assert.notEqual(stderr, '');
  }
});

test('a wrong variable exits with 2 and an explanation', async () => {
  const { code, stderr } = await runCommand(['check'], { environment: { PORT: 'high' } });
  assert.equal(code, 2);
  assert.match(stderr, /^PORT is "high", but it takes a whole number from 0 to 65535\.\n$/);
});

test('a .env file is read, and the environment takes precedence', async () => {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  await writeFile(join(home, '.env'), 'PORT=high\n');
  const fromFile = await runCommand(['check'], { home, environment });
  assert.equal(fromFile.code, 2);
  assert.match(fromFile.stderr, /^PORT is "high"/);
  const fromOutside = await runCommand(['check'], {
    home,
    environment: { ...environment, PORT: '0' },
  });
  assert.equal(fromOutside.code, 0, fromOutside.stderr);
  await rm(home, { recursive: true });
});

test('an unavailable database ends a command with 3', async () => {
  const away = `postgresql://nobody:secret@127.0.0.1:${await closedPort()}/shop`;
  const { code, stderr } = await runCommand(['check'], { environment: { DATABASE_URL: away } });
  assert.equal(code, 3);
  assert.match(stderr, /The database cannot be reached/);
  assert(!stderr.includes('secret'));
});

test('check of an unmigrated database exits with 3 and says what to do', async () => {
  const empty = await emptyDatabase();
  const { code, stderr } = await runCommand(['check'], {
    environment: { DATABASE_URL: empty.url },
  });
  assert.equal(code, 3);
  assert.match(stderr, /holdfast migrate/);
});

test('migrate brings an empty database to the newest schema, and a second run does nothing', async () => {
  const empty = await emptyDatabase();
  const environment = { DATABASE_URL: empty.url, DATABASE_MIGRATION_URL: empty.ownerUrl };
  const first = await runCommand(['migrate'], { environment });
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /Applied 1 /);
  const second = await runCommand(['migrate'], { environment });
  assert.match(second.stdout, /Nothing to do/);
});

test('check exits with 0 and names every invariant', async () => {
  const { code, stdout } = await runCommand(['check'], { environment });
  assert.equal(code, 0);
  assert.match(stdout, /inv_stock_bounds/);
  const json = await runCommand(['check', '--json'], { environment });
  assert.equal(JSON.parse(json.stdout).ok, true);
});

test('users can be created, given another role, disabled and enabled', async () => {
  const email = 'kim@shop.example';
  const made = await runCommand(['user', 'create', email, '--password-stdin', '--vip'], {
    environment,
    stdin: 'a pass phrase\n',
  });
  assert.equal(made.code, 0, made.stderr);
  assert(!made.stdout.includes('pass phrase'));
  assert.equal((await runCommand(['user', 'create', email], { environment })).code, 1);
  const weak = await runCommand(['user', 'create', 'sam@shop.example', '--password-stdin'], {
    environment,
    stdin: 'Password1\n',
  });
  assert.equal(weak.code, 1);
  assert.equal(weak.stderr, 'This password is too easy to guess.\n');
  const cook = ['user', 'create', 'sam@shop.example', '--role', 'kitchen', '--password-stdin'];
  const short = await runCommand(cook, { environment, stdin: 'fourteen chars\n' });
  assert.equal(short.code, 1);
  assert.equal(short.stderr, 'A password of staff has 15 to 256 characters.\n');
  assert.equal((await runCommand(['user', 'role', email, 'admin'], { environment })).code, 0);
  const last = await runCommand(['user', 'disable', email], { environment });
  assert.equal(last.code, 1, 'the last admin stays');
  assert.equal((await runCommand(['user', 'role', email, 'kitchen'], { environment })).code, 1);
  const other = ['user', 'create', 'owner@shop.example', '--role', 'admin'];
  assert.equal((await runCommand(other, { environment })).code, 0);
  assert.equal((await runCommand(['user', 'disable', email], { environment })).code, 0);
  const enabled = await runCommand(['user', 'enable', email], { environment });
  assert.deepEqual([enabled.code, enabled.stdout], [0, `${email} can sign in again.\n`]);
  for (const command of ['disable', 'enable']) {
    const nobody = await runCommand(['user', command, 'nobody@shop.example'], { environment });
    assert.deepEqual([nobody.code, nobody.stderr], [1, 'There is no such user.\n']);
  }
  const shown = { name: '', vip: false, disabled: false };
  const owner = { ...shown, email: 'owner@shop.example', role: 'admin' };
  assert.deepEqual(
    (await findAudit(database)).map(({ type, actorType, job, address, before, after }) => [
      type,
      `${actorType}: ${job}, ${address}`,
      before,
      after,
    ]),
    [
      [
        'user.created',
        'operator: user create, null',
        null,
        { ...shown, email, role: 'customer', vip: true },
      ],
      ['user.changed', 'operator: user role, null', { role: 'customer' }, { role: 'admin' }],
      ['user.created', 'operator: user create, null', null, owner],
      ['user.changed', 'operator: user disable, null', { disabled: false }, { disabled: true }],
      ['user.changed', 'operator: user enable, null', { disabled: true }, { disabled: false }],
    ],
  );
});

test('import orders reports and exits with 0; a second run reports nothing new', async () => {
  const args = ['import', 'orders', sample('orders.csv'), ...ordersArguments];
  const first = await runCommand(args, { environment });
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /imported now +3 +6 +9 +55\.55 GBP/);
  const second = await runCommand(args, { environment });
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /Nothing was imported/);
  assert.match(second.stdout, /in the database +3 +6 +9 +55\.55 GBP/);
});

test('import orders with refused rows imports the others and exits with 1', async () => {
  const args = ['import', 'orders', sample('broken-orders.csv'), ...ordersArguments];
  const { code, stdout, stderr } = await runCommand(args, { environment });
  assert.equal(code, 1);
  assert.match(stderr, /line 3: "0" is not a quantity/);
  assert.match(stdout, /imported now +1 +2 +3 +10\.50 GBP/);
});

test('import orders imports nothing from a file with a line of no order', async () => {
  const file = join(folder, 'untold.csv');
  await writeFile(
    file,
    'number,date,name,quantity,price\nU1,2026-01-03T12:30:00Z,Soup,1,1.00\n,2026-01-03T12:30:00Z,Steak,1,20.00\n',
  );
  const { code, stdout, stderr } = await runCommand(['import', 'orders', file], { environment });
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^line 3: "" is not an order number\. Its order is unknown\.$/m);
  assert.match(stderr, /^Nothing was imported/m);
  assert.doesNotMatch(stderr, /^ +at /m);
  const there = 'select id from orders where number = $1::text';
  assert.deepEqual(await database.run('test.untold', there, ['U1']), []);
});

test('an empty file, a folder or a corrupt archive is explained', async () => {
  await writeFile(join(folder, 'empty.csv'), '');
  await writeFile(join(folder, 'header.csv'), 'number,date,name,quantity,price\n');
  await writeFile(join(folder, 'broken.csv.gz'), 'number,date,name,quantity,price\n');
  for (const [name, wanted] of [
    ['empty.csv', 1],
    ['header.csv', 1],
    ['broken.csv.gz', 1],
    ['.', 2],
  ] as const) {
    for (const what of ['orders', 'products']) {
      const { code, stderr } = await runCommand(['import', what, join(folder, name)], {
        environment,
      });
      assert.equal(code, wanted, `${name}: ${stderr}`);
      assert.match(stderr, /empty|nothing below|compressed|folder/);
      assert.doesNotMatch(stderr, /^ +at /m);
    }
  }
});

test('import products creates, changes and refuses', async () => {
  const args = [
    'import',
    'products',
    sample('products.csv'),
    '--map',
    'name=Item Name,price=Product Price',
  ];
  await database.run(
    'test.price',
    `update products set price_minor = 1 where sku = 'FISH-AND-CHIPS'`,
    [],
  );
  const first = await runCommand(args, { environment });
  assert.equal(first.code, 1);
  assert.match(first.stderr, /line 5: "Fish and Chips" is in the file more than once/);
  assert.match(first.stdout, /3 products read, 1 rows refused: 1 made, 1 changed, 1 unchanged/);
  const products = await database.run<Record<string, unknown>>(
    'test.products',
    `select sku, price_minor, version
       from products
      where name in ('Fish and Chips', 'Mushy Peas', 'Mushy peas!')
      order by sku`,
    [],
  );
  assert.deepEqual(products, [
    { sku: 'FISH-AND-CHIPS', price_minor: 1295, version: 2 },
    { sku: 'MUSHY-PEAS', price_minor: 80, version: 1 },
    { sku: 'MUSHY-PEAS-2', price_minor: 90, version: 1 },
  ]);
  const logged = (await findPriceChanges(database)).filter(({ job }) => job === 'import products');
  assert.deepEqual(
    logged.map(({ actorType, data }) => [actorType, data.name, data.change, data.changes.price]),
    [
      ['operator', 'Mushy peas!', 'created', { from: null, to: { amount: 90, currency: 'GBP' } }],
      [
        'operator',
        'Fish and Chips',
        'changed',
        { from: { amount: 1, currency: 'GBP' }, to: { amount: 1295, currency: 'GBP' } },
      ],
    ],
  );
  const audited = (await findAudit(database)).filter(({ job }) => job === 'import products');
  assert.deepEqual(
    audited.map(({ type, actorType, before, after }) => [type, actorType, before, after?.price]),
    [
      ['product.created', 'operator', null, { amount: 90, currency: 'GBP' }],
      [
        'product.changed',
        'operator',
        { price: { amount: 1, currency: 'GBP' } },
        { amount: 1295, currency: 'GBP' },
      ],
    ],
  );
});

test('import products places products in the menu, and leaves them there if the file does not state a place', async () => {
  const findMenu = () =>
    database.run<Record<string, unknown>>(
      'test.menu',
      `select sku, tax_category, category, position, version
         from products
        where sku like 'MENU-%'
        order by sku`,
      [],
    );
  const run = async (name: string, content: string) => {
    const file = join(folder, name);
    await writeFile(file, content);
    const { code, stdout, stderr } = await runCommand(['import', 'products', file], {
      environment,
    });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await run(
    'menu.csv',
    'sku,name,price,category,tax_category,position\nMENU-A,Pie,2,Mains,reduced,3\nMENU-B,Tea,1,,,\n',
  );
  const placed = [
    { sku: 'MENU-A', tax_category: 'reduced', category: 'Mains', position: 3, version: 1 },
    { sku: 'MENU-B', tax_category: 'standard', category: null, position: 0, version: 1 },
  ];
  assert.deepEqual(await findMenu(), placed);
  assert.match(await run('prices.csv', 'sku,name,price\nMENU-A,Pie,2\n'), /1 unchanged/);
  assert.deepEqual(await findMenu(), placed);
  assert.match(await run('moved.csv', 'sku,name,price,category\nMENU-A,Pie,2,\n'), /1 changed/);
  assert.deepEqual((await findMenu())[0], { ...placed[0], category: null, version: 2 });
});

test('a missing file or column exits with 2', async () => {
  for (const args of [
    ['import', 'orders', 'no-such-file.csv', ...ordersArguments],
    ['import', 'orders', sample('orders.csv'), '--date-format', 'dd/MM/yyyy HH:mm'],
    ['import', 'orders', sample('orders.csv'), '--map', columns, '--date-format', 'when'],
    ['import', 'products', sample('orders.csv')],
  ]) {
    const { code, stderr } = await runCommand(args, { environment });
    assert.equal(code, 2, stderr);
  }
});

test('doctor reports a weak secret and a port in use, and exits with 1', async () => {
  const taken = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  assert(typeof address === 'object' && address !== null);
  const { code, stdout } = await runCommand(['doctor'], {
    environment: {
      ...environment,
      PORT: String(address.port),
      JWT_SECRET: 'please-change-me-please-change-me-123',
    },
  });
  taken.close();
  assert.equal(code, 1);
  assert.match(stdout, /WRONG +secrets +JWT_SECRET is weak/);
  assert.match(stdout, /WRONG +port/);
  assert.match(stdout, /ok +migrations/);
});
