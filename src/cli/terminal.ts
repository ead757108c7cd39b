import picocolors from 'picocolors';
import type { Colours } from '../report/pretty.ts';

/** Colours for a stream: `NO_COLOR` and `FORCE_COLOR` decide, else whether it is a terminal. */
export function coloursFor(stream: { isTTY?: boolean }): Colours {
  const force = process.env['FORCE_COLOR'];
  const none = process.env['NO_COLOR'];
  if (none !== undefined && none !== '') return picocolors.createColors(false);
  if (force !== undefined && force !== '') return picocolors.createColors(force !== '0' && force !== 'false');
  return picocolors.createColors(stream.isTTY === true && process.env['TERM'] !== 'dumb');
}

/** Writes all of a text, however slowly it is read. */
export function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      // A reader that went away, like `head`, has what it wanted.
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
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
