import picocolors from 'picocolors';
import type { Colours } from '../report/pretty.ts';

/** Whether a stream gets colours: `NO_COLOR` and `FORCE_COLOR` decide, else whether it is a terminal. */
export function isColourful(stream: { isTTY?: boolean }): boolean {
  const force = process.env['FORCE_COLOR'];
  const none = process.env['NO_COLOR'];
  if (none !== undefined && none !== '') return false;
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return stream.isTTY === true && process.env['TERM'] !== 'dumb';
}

/** Colour functions for a stream; they do nothing where there are no colours. */
export function coloursFor(stream: { isTTY?: boolean }): Colours {
  return picocolors.createColors(isColourful(stream));
}

/** What is to be said cannot be written: the disk is full, for instance. */
export class OutputError extends Error {
  override name = 'OutputError';
}

/** Writes all of a text, however slowly it is read. */
export function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      // A reader that went away, like `head`, has what it wanted.
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(new OutputError(error.message));
      else resolve();
    });
  });
}

/** Progress in one line of the terminal that is written over, from half a second on; nothing in a pipe. */
export function createProgress(stream: NodeJS.WriteStream, now: () => number) {
  const started = now();
  let shown = false;
  return {
    update(text: string): void {
      if (!stream.isTTY || now() - started < 500) return;
      shown = true;
      stream.write(`\r\u001b[K${text}`);
    },
    end(): void {
      if (shown) stream.write('\r\u001b[K');
    },
  };
}
