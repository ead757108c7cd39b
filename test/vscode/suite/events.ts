import * as vscode from 'vscode';

/** Longer than anything here takes on a loaded machine; reaching it is a failure, never a verdict on speed. */
const deadlineMs = 30_000;

/**
 * Waits, without polling, until `read` gives something: it is asked at once and then at each event.
 * @param what for the message of the failure
 */
export function until<T>(
  what: string,
  events: readonly vscode.Event<never>[] | readonly vscode.Event<unknown>[],
  read: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const subscriptions: vscode.Disposable[] = [];
    const timer = setTimeout(() => end(() => reject(new Error(`Waited in vain: ${what}.`))), deadlineMs);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
      settle();
    };
    const check = (): void => {
      Promise.resolve()
        .then(read)
        .then(
          (value) => {
            if (value !== undefined && value !== false) end(() => resolve(value));
          },
          (error: unknown) => end(() => reject(error)),
        );
    };
    for (const event of events) subscriptions.push((event as vscode.Event<unknown>)(check));
    check();
  });
}
