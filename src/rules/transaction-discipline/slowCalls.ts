/** What reaches outside of the database and keeps a transaction waiting. */
import { visitSteps } from '../../facts/visit.ts';
import { callIndex } from '../../workspace/callIndex.ts';
import type { CallEvent } from '../../workspace/summary.ts';
import type { WorkspaceView } from '../../workspace/view.ts';

export interface SlowCall {
  kind: 'network' | 'sleep' | 'redirect';
  /** What it does, as part of a sentence. */
  does: string;
}

/** Parts of network packages that compute, verify, note or build: nothing is sent, or nobody waits for it. */
const LOCAL =
  /(^|\.)(constructEvent(Async)?|generateTestHeaderString\w*|verify\w*|validate\w*|capture\w*|identify|alias|addBreadcrumb|withScope|startSpan|set(User|Tag|Tags|Context|Extra|Extras)|url|getPublicUrl|parse\w*|is[A-Z]\w*|create(OpenAI|Anthropic|Client|Google\w*)|on|off|duplicate|multi|pipeline|Ratelimit\.\w+|fixedWindow|slidingWindow|fromEnv|default|tool|jsonSchema|stepCountIs|flush\w*)$/;

/** What an event is in a transaction; undefined when it does no harm there. */
export function ioOf(workspace: WorkspaceView, event: CallEvent): SlowCall | undefined {
  switch (event.kind) {
    case 'mail':
      return { kind: 'network', does: 'sends mail' };
    case 'network':
      return LOCAL.test(event.name) ? undefined : { kind: 'network', does: 'uses the network' };
    case 'redirect':
      return { kind: 'redirect', does: 'redirects' };
    case 'wait':
      return isSleep(workspace, event) ? { kind: 'sleep', does: 'waits' } : undefined;
    default:
      return undefined;
  }
}

/** `new Promise((resolve) => setTimeout(resolve, 100))`; a timer by itself keeps nobody waiting. */
function isSleep(workspace: WorkspaceView, event: CallEvent): boolean {
  const facts = workspace.tsFacts(event.file);
  const found = facts && callIndex(facts).get(event.at);
  if (!facts || !found) return false;
  const inside = facts.functions[found.fn];
  let sleeps = false;
  visitSteps(facts.functions[inside?.parent ?? -1]?.body ?? [], {
    value: (value) => {
      if (value.k === 'new' && value.fn.k === 'ref' && value.fn.name === 'Promise')
        sleeps ||= value.args.some((arg) => arg.k === 'function' && arg.fn === found.fn);
    },
  });
  return sleeps;
}
