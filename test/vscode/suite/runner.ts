import { writeFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';
import { inBrowser, ui } from './ui.ts';

/**
 * Runs the tests that `register` declares and leaves their counts in TEST_RESULT_FILE, which is the only proof that
 * they ran: VS Code reports success when its extension host dies.
 * @throws when a test fails or none ran
 */
export async function runSuite(register: () => void): Promise<void> {
  const grep = process.env['TEST_GREP'];
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, ...(grep ? { grep } : {}) });
  let printing = Promise.resolve();
  if (inBrowser)
    // The console of the workbench is full of its own lines: the report goes to the launcher's output instead.
    Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => {
      printing = printing.then(() => ui('log', { text: `${format(...parts)}\n` })).then(() => undefined);
    };
  // With the modules in one bundle there are no test files to load, so the globals are set up as for a file.
  mocha.suite.emit('pre-require', globalThis, 'suite', mocha);
  register();
  const stats = await new Promise<Mocha.Stats | undefined>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
  await printing;
  const resultFile = process.env['TEST_RESULT_FILE'];
  if (resultFile) writeFileSync(resultFile, JSON.stringify(stats));
  if (!stats || stats.failures > 0 || stats.passes === 0) throw new Error('The suite failed.');
}
