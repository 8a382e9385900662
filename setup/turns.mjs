// Lets one heavy job run at a time: two Go builds side by side on two cores only take each other's memory.

/**
 * @returns {<T>(job: () => Promise<T>) => Promise<T>} runs jobs one after another, in the order they came
 */
export function createTurns() {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  return (job) => {
    const mine = last.then(job, job);
    last = mine.catch(() => undefined);
    return mine;
  };
}
