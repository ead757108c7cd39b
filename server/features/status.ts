/** What the server is doing: progress of the first index for every editor, and a status for our own client. */
import type { WorkDoneProgressServerReporter } from 'vscode-languageserver/node';
import { statusNotification, type FindingCounts, type ServerStatus } from '../../src/protocol/requests.ts';
import type { ServerContext } from '../context.ts';

/** A status is sent at most this often. */
const statusIntervalMs = 200;

/** A first index over fewer files is done before a person could read that it runs. */
const progressFromFiles = 300;

export interface Status {
  /** Looks at the state and tells what changed. */
  update(): void;
  counts(): FindingCounts;
  fail(message: string): void;
}

export function registerStatus(context: ServerContext): Status {
  const { connection, client, folders } = context;
  const counts: FindingCounts = { error: 0, warning: 0, info: 0, hint: 0 };
  let failure: string | undefined;
  let problems = 0;
  let last = '';
  let waiting = false;
  let progress: WorkDoneProgressServerReporter | 'asked' | 'done' | undefined;

  folders.onResult((_folder, _file, before, now) => {
    for (const { severity } of before?.findings ?? []) counts[severity]--;
    for (const { severity } of now?.findings ?? []) counts[severity]++;
  });

  function stage(): Pick<ServerStatus, 'state' | 'files' | 'done'> {
    const all = folders.all();
    const isReady = all.every(({ engine }) => engine !== undefined);
    const isIndexed = all.every(({ complete, paused }) => complete || paused);
    return {
      state: failure === undefined ? (isReady ? (isIndexed ? 'ready' : 'indexing') : 'starting') : 'error',
      files: all.reduce((sum, folder) => sum + folder.indexed.total, 0),
      done: all.reduce((sum, folder) => sum + folder.indexed.done, 0),
    };
  }

  function current(): ServerStatus {
    const all = folders.all();
    const quiescent = context.settled();
    // Problems are counted when the work is done: on the way there nobody needs the number.
    if (quiescent) problems = all.reduce((sum, folder) => sum + folder.problems().length, 0);
    const notes = [
      ...(all.some(({ paused }) => paused) ? ['The index was stopped; open files are checked.'] : []),
      ...(problems > 0 ? [`${problems} ${problems === 1 ? 'problem' : 'problems'} in the log.`] : []),
    ];
    const message = failure ?? (notes.length > 0 ? notes.join(' ') : undefined);
    return {
      ...stage(),
      ...(message === undefined ? {} : { message }),
      findings: { ...counts },
      quiescent,
    };
  }

  function send(): void {
    const status = current();
    const text = JSON.stringify(status);
    if (text === last) return;
    last = text;
    void connection.sendNotification(statusNotification.method, statusNotification.params.parse(status));
  }

  function updateProgress(): void {
    if (!client.showsProgress || progress === 'done' || progress === 'asked') return;
    const { state, files, done } = stage();
    if (progress === undefined) {
      if (state !== 'indexing') {
        // Once everything is known there is no first index any more.
        if (state === 'ready') progress = 'done';
        return;
      }
      if (files < progressFromFiles) return;
      progress = 'asked';
      connection.window.createWorkDoneProgress().then(
        (reporter) => {
          progress = reporter;
          reporter.begin('Backend Specialist', 0, 'Reading the workspace', true);
          reporter.token.onCancellationRequested(() => {
            for (const folder of folders.all()) folder.paused = !folder.complete;
            context.wake();
          });
          updateProgress();
        },
        (error: unknown) => {
          progress = 'done';
          context.log(`The editor refused to show progress: ${String(error)}`);
        },
      );
      return;
    }
    if (state === 'indexing') {
      progress.report(files === 0 ? 0 : Math.floor((done / files) * 100), `${done} of ${files} files`);
      return;
    }
    progress.done();
    progress = 'done';
  }

  return {
    update() {
      // Progress opens at once: an index that is over within the interval would never show.
      if (progress === undefined) updateProgress();
      if (waiting) return;
      waiting = true;
      // The first of a row at once, so that nobody waits for a state that is long reached.
      updateProgress();
      if (client.isOurs) send();
      context.later(statusIntervalMs, () => {
        waiting = false;
        updateProgress();
        if (client.isOurs) send();
      });
    },
    counts: () => ({ ...counts }),
    fail(message) {
      failure = message;
      if (client.isOurs) send();
    },
  };
}
