/** What the exit status of every command means. */
export const exitCodes = {
  clean: 0,
  /** Findings at or above the threshold. */
  findings: 1,
  /** Wrong use, or a configuration that is not valid. */
  usage: 2,
  /** A failure of this program; what could be reported was. */
  internal: 3,
  /** SIGINT (Ctrl-C) and SIGTERM, as shells have it: 128 and the signal's number. */
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A mistake of the caller's: its message is shown without a stack, and the status is 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
