/** Signals that end a run early, for commands that have something to end first. */
import { exitCodes, type ExitCode } from './exitCodes.ts';

export interface Interrupt {
  signal: AbortSignal;
  /** The status that the signal asks for; `undefined` while there was none. */
  code(): ExitCode | undefined;
  /** Leaves signals to Node again. */
  end(): void;
}

/** Listens for Ctrl-C and for a polite end. The second signal ends the program at once, as without us. */
export function listenForInterrupt(): Interrupt {
  const abort = new AbortController();
  let code: ExitCode | undefined;
  const end = () => {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', terminated);
  };
  const stop = (status: ExitCode) => {
    code = status;
    end();
    abort.abort();
  };
  const interrupted = () => stop(exitCodes.interrupted);
  const terminated = () => stop(exitCodes.terminated);
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', terminated);
  return { signal: abort.signal, code: () => code, end };
}
