/** What only the browser route can do: press keys, read the drawn page, take screenshots. */
const control = process.env['VSCODE_WEB_CONTROL'];

/** False on the desktop, where `ui` does nothing and a test has only the API of VS Code. */
export const inBrowser = control !== undefined;

interface Verbs {
  log: { text: string };
  screenshot: { name: string };
  keys: { keys: string | string[] };
  type: { text: string };
  click: { selector: string };
  hover: { selector: string };
  wait: { selector: string; state?: 'attached' | 'detached' | 'visible' | 'hidden' };
  webview: { text: string };
  /** In the page of a webview. */
  frame: {
    selector: string;
    act: 'texts' | 'labels' | 'wait' | 'click' | 'fill' | 'press' | 'choose';
    value?: string;
  };
  text: { selector: string };
  aria: { selector: string };
  attributes: { selector: string; name: string };
}

/**
 * Asks the launcher to act on the page.
 * @returns what the verb gives: a list of texts for `text` and `attributes`, null on the desktop
 * @throws with the page's own message when it cannot be done within 30 seconds
 */
export async function ui<V extends keyof Verbs>(verb: V, body: Verbs[V]): Promise<unknown> {
  if (control === undefined) return null;
  const response = await fetch(`${control}/${verb}`, { method: 'POST', body: JSON.stringify(body) });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${verb}: ${answer}`);
  return JSON.parse(answer) as unknown;
}

/** The texts or attribute values of all elements that fit; none on the desktop. */
export async function uiList(verb: 'text' | 'attributes', body: Verbs['attributes']): Promise<string[]> {
  const answer = await ui(verb, body);
  return Array.isArray(answer) ? answer.map(String) : [];
}
