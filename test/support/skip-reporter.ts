import type { TestEvent } from 'node:test/reporters';

/** Writes one line for each test that was skipped or left to do, with its reason. */
export default async function* skipReporter(source: AsyncIterable<TestEvent>) {
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { skip, todo, name, file } = event.data;
    const reason = skip ?? todo;
    if (reason === undefined || reason === false) continue;
    yield `- ${file ?? ''}: ${name}: ${reason === true ? 'no reason given' : reason}\n`;
  }
}
