/** The answer, or `otherwise` when it does not come in time. */
export async function withDeadline<T, Otherwise>(
  timeoutMs: number,
  answer: Promise<T>,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Otherwise>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), timeoutMs);
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
