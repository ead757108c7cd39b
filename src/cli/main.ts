/** The command line. */
import { runCommandLine } from './program.ts';

// Whoever writes is told as well, and decides: a reader that went away, like `head`, is no failure, a full disk is one.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
void runCommandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
