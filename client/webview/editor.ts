/** The editor around the page, as far as a page sees it. */
import type { FromPage } from '../../src/protocol/graph.ts';
import type { State } from './state.ts';

interface Editor {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: State): void;
}
declare function acquireVsCodeApi(): Editor;

/** It can be acquired once only. */
export const editor = acquireVsCodeApi();
