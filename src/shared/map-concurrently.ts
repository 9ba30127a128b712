import pLimit from 'p-limit';

/**
 * Maps the inputs, at most `concurrency` at a time. After a failure no further input is started; those in progress
 * finish before the first failure is thrown.
 */
export async function mapConcurrently<Input, Result>(
  inputs: readonly Input[],
  concurrency: number,
  work: (input: Input) => Promise<Result>,
): Promise<Result[]> {
  const limit = pLimit({ concurrency, rejectOnClear: true });
  const settled = await Promise.allSettled(
    inputs.map((input) =>
      limit(async () => {
        try {
          return await work(input);
        } catch (error) {
          limit.clearQueue();
          throw error;
        }
      }),
    ),
  );
  return settled.map((one) => {
    // Inputs that were not started come after the one that failed, so the first reason is that of a failure.
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
