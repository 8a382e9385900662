// Sessions by the size that they are made for, made when one is first asked for, and not more of them than fit in memory.
import type { OnnxSession } from './session.ts';

export interface SessionPool {
  /** Runs the session of a size, as `OnnxSession.run`; runs take turns, in the order in which they are asked for. */
  readonly run: (size: number, inputs: Parameters<OnnxSession['run']>[0]) => ReturnType<OnnxSession['run']>;
  /** Closes all sessions, once what was asked before is answered. */
  readonly close: () => Promise<void>;
}

/**
 * @param open makes the session of a size
 * @param limit sessions that are kept at once: for another, the one that was not used for longest is closed
 */
export function createSessionPool(open: (size: number) => Promise<OnnxSession>, limit: number): SessionPool {
  const sessions = new Map<number, OnnxSession>(); // the one that was used last stands last
  let turn: Promise<unknown> = Promise.resolve();

  // Turns cost no time, since a run holds the thread anyway, and no session is closed while it runs.
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = turn.then(task);
    turn = result.catch(() => undefined); // whoever asked for it learns of it
    return result;
  };
  const sessionOf = async (size: number): Promise<OnnxSession> => {
    const known = sessions.get(size);
    sessions.delete(size);
    if (known === undefined && sessions.size === limit) {
      const [[oldest, session]] = sessions;
      sessions.delete(oldest);
      await session.close();
    }
    const session = known ?? (await open(size));
    sessions.set(size, session);
    return session;
  };
  return {
    run: (size, inputs) => inTurn(async () => (await sessionOf(size)).run(inputs)),
    close: () =>
      inTurn(async () => {
        await Promise.all([...sessions.values()].map(({ close }) => close()));
        sessions.clear();
      }),
  };
}
