export type ActionError = { message: string; code?: string };
export type ActionResult<T = undefined> = { success: boolean; data?: T; error?: ActionError };

export const ok = <T>(data?: T): ActionResult<T> => ({ success: true, data });

export const fail = (message: string, code?: string): ActionResult<never> => ({
  success: false,
  error: { message, code },
});
