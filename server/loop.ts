/**
 * Work that nobody waits for: indexing, files that an edit elsewhere touched, the map, the cache. It runs in slices
 * between messages, the most urgent task first, and steps back as long as messages come in.
 */

/** Milliseconds a slice may take: a key that is pressed meanwhile waits for it, and for the overrun of one large file. */
export const sliceMs = 5;

/**
 * An edit and the request for its diagnostics arrive as one piece of data and are handled in turns of their own, with a turn
 * between them to read the next message: a slice among these would be waited for.
 */
const turnsPerMessage = 5;

export interface Task {
  /** Makes the task run soon; does nothing while it is awake. */
  wake(): void;
  readonly awake: boolean;
}

export interface Loop {
  /**
   * @param name for the log
   * @param priority the smaller runs first
   * @param step does a piece of work of at most `budgetMs` and says whether there is more
   */
  task(name: string, priority: number, step: (budgetMs: number) => boolean): Task;
  /** To be called for each message that arrives: the next slice waits until it is handled. */
  touch(): void;
  /** Ends after the slice that runs. */
  stop(): void;
}

export interface LoopOptions {
  now(): number;
  /** Calls back after the messages that wait. */
  defer(callback: () => void): void;
  onSlice(name: string, ms: number): void;
  onError(name: string, error: unknown): void;
}

interface State {
  name: string;
  priority: number;
  step(budgetMs: number): boolean;
  awake: boolean;
}

export function createLoop({ now, defer, onSlice, onError }: LoopOptions): Loop {
  const tasks: State[] = [];
  let scheduled = false;
  let turnsToWait = 0;
  let stopped = false;

  const schedule = () => {
    if (scheduled || stopped) return;
    scheduled = true;
    defer(turn);
  };

  const turn = () => {
    scheduled = false;
    if (stopped) return;
    if (turnsToWait > 0) {
      turnsToWait--;
      schedule();
      return;
    }
    const next = tasks.find(({ awake }) => awake);
    if (!next) return;
    next.awake = false;
    const started = now();
    try {
      if (next.step(sliceMs)) next.awake = true;
    } catch (error) {
      onError(next.name, error);
    }
    onSlice(next.name, now() - started);
    schedule();
  };

  return {
    task(name, priority, step) {
      const state: State = { name, priority, step, awake: false };
      tasks.push(state);
      tasks.sort((a, b) => a.priority - b.priority);
      return {
        wake() {
          state.awake = true;
          schedule();
        },
        get awake() {
          return state.awake;
        },
      };
    },
    touch() {
      turnsToWait = turnsPerMessage;
    },
    stop() {
      stopped = true;
    },
  };
}
