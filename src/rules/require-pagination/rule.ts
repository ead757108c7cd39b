import { z } from 'zod';
import { basename } from '../../base/path.ts';
import type { FileId } from '../../base/path.ts';
import { entriesReaching, isOpen, reachingName } from '../../workspace/entriesReaching.ts';
import type { ReachingEntry } from '../../workspace/entriesReaching.ts';
import type { Abs } from '../../workspace/abs.ts';
import { listReads } from '../../workspace/listVerdict.ts';
import type { ListRead } from '../../workspace/listVerdict.ts';
import { guardOf } from '../../workspace/guardState.ts';
import type { QueryFact } from '../../workspace/summary.ts';
import { defineRule } from '../rule.ts';
import type { FixRequest, Place, Related, Report, RuleContext, Severity } from '../rule.ts';

const options = z.strictObject({
  maxTake: z.int().min(1).describe('Most rows of one page: the maximum that fixes write.'),
  defaultTake: z
    .int()
    .min(1)
    .describe('Rows of one page when the caller names no number: the default that fixes write.'),
  ignoreModels: z
    .array(z.string())
    .describe('Models whose lists are short by nature, in addition to the `lookupModels` convention.'),
});
type Options = z.infer<typeof options>;

export const rule = defineRule<Options>({
  meta: {
    id: 'require-pagination',
    title: 'Every list that is read from the database has an upper bound.',
    sections: ['S4', 'S8'],
    severity: 'error',
    fix: 'suggestion',
    needs: 'workspace',
    kinds: ['ts'],
    since: '0.1.0',
    options,
    defaults: { maxTake: 100, defaultTake: 20, ignoreModels: [] },
    messages: {
      unbounded:
        '{op} reads every row of {model}. The list grows with the table and the request with it. Add `take`, and `skip` or a cursor.',
      public:
        '{op} reads every row of {model}, and {entry} lets anyone do so. Each call costs as much as the table is long. Add `take`, and `skip` or a cursor.',
      optional:
        '{op} reads every row of {model} when its `take` is left out. The list then grows with the table. Give `take` a default.',
      search:
        '{op} reads every row of {model} that matches a text, and {entry} lets anyone search. An empty text matches all rows. Add `take`, and `skip` or a cursor.',
      filtered:
        '{op} reads all matching rows of {model} (filtered by {by}). A filter is no upper bound: the list grows with the data. Add `take`.',
      optionalFiltered:
        '{op} reads all matching rows of {model} (filtered by {by}) when its `take` is left out. Give `take` a default.',
      owner:
        '{op} reads all rows of {model} of one owner (by {by}). Fine while owners have few; add `take` where they can have many.',
      job: '{op} reads every row of {model}{by} for {entry}. A job may need them all; read them in batches by cursor.',
      groups:
        '{op} returns one row for each group of {model}. There may be as many groups as rows; add `take` with an `orderBy`.',
      raw: 'This SELECT reads every row of {model}. The list grows with the table and the request with it. Add LIMIT.',
      rawPublic:
        'This SELECT reads every row of {model}, and {entry} lets anyone do so. Each call costs as much as the table is long. Add LIMIT.',
      rawFiltered:
        'This SELECT reads all matching rows of {model} (filtered by {by}). A filter is no upper bound: the list grows with the data. Add LIMIT.',
      rawOwner:
        'This SELECT reads all rows of {model} of one owner (by {by}). Fine while owners have few; add LIMIT where they can have many.',
      nested:
        'Every `{op}` row of {parent} is read along. The list grows with the data. Add `take` to `{op}`.',
      nestedPerRow:
        'Every `{op}` row is read along for each {parent} of a list, so the rows multiply. Add `take` to `{op}`.',
      nestedOwner:
        'All `{op}` of a {parent} are read along. Fine while there are few; add `take` where there can be many.',
    },
  },
  check(context) {
    const { workspace, file, role } = context;
    if (role === 'tooling' || role === 'client' || role === 'generated' || role === 'migration') return;
    const conventions = workspace.conventions(file);
    const lookupModels = [...conventions.lookupModels, ...context.options.ignoreModels];
    // Several calls may share one `include`.
    const seen = new Set<string>();
    for (const query of workspace.queries(file))
      for (const read of listReads(workspace, query, { lookupModels, ownerKeys: conventions.ownerKeys })) {
        const report = read.nested ? nestedReport(context, query, read) : topReport(context, query, read);
        const key = report && JSON.stringify([report.place, report.message]);
        if (!report || key === undefined || seen.has(key)) continue;
        seen.add(key);
        context.report(report);
      }
  },
});

type Context = RuleContext<Options>;

function topReport(context: Context, query: QueryFact, read: ListRead): Report | undefined {
  const { verdict } = read;
  if (verdict !== 'unbounded' && verdict !== 'filtered' && verdict !== 'owner') return undefined;
  if (verdict === 'owner' && read.optionalTake) return undefined;
  const place = { at: query.at };
  const op = read.op;
  const data = { op, model: read.model || 'the table', by: read.evidence, entry: '' };
  if (op === 'groupBy')
    return verdict === 'owner' ? undefined : { place, message: 'groups', data, severity: 'hint', fixes: [] };
  const isRaw = op.startsWith('$');
  const fixes = fixesFor(context, read, isRaw);
  if (verdict === 'owner')
    return { place, message: isRaw ? 'rawOwner' : 'owner', data, severity: 'hint', fixes };
  const reaching = entriesReaching(context.workspace, { file: query.file, at: query.at });
  const job = jobOf(context.file, reaching) ?? buildOf(context, query);
  if (job !== undefined) {
    const by = verdict === 'filtered' ? ` that match (by ${read.evidence})` : '';
    return { place, message: 'job', data: { ...data, by, entry: job }, severity: 'hint', fixes };
  }
  const open = reaching.find(
    (item) => isOpen(item) && OPEN_STATES.has(guardOf(context.workspace, item.file, item.entry).state),
  );
  const distinct = reaching.filter(
    (item, i) =>
      reaching.findIndex((other) => other.entry.at === item.entry.at && other.file === item.file) === i,
  );
  const related = distinct.slice(0, 3).map((item) => relatedEntry(item, open === item));
  const isOpenSearch = open !== undefined && read.searchOnly === true;
  const isWorst = verdict === 'unbounded' || isOpenSearch;
  const isFew = isWorst
    ? readsValues(query.args) || areFew(context, read.model)
    : readsValues(query.args) || picksByKeys(context, query, read.model);
  const lower = read.optionalTake || isFew;
  const severity: Severity = isWorst ? (lower ? 'warning' : 'error') : lower ? 'info' : 'warning';
  const message =
    isOpenSearch && !read.optionalTake
      ? 'search'
      : messageOf(verdict, { isRaw, isOpen: open !== undefined, isOptional: read.optionalTake });
  return {
    place,
    message,
    data: { ...data, entry: open ? reachingName(open) : '' },
    severity,
    related,
    fixes,
  };
}

/** `select` of columns of which `distinct` gives each value once: as many rows as values. */
function readsValues(args: Abs): boolean {
  const { select, distinct } = args.k === 'object' ? args.props : {};
  const items = distinct?.k === 'array' ? distinct.items : distinct ? [distinct] : [];
  const names = new Set(items.map((item) => (item.k === 'lit' ? item.v : undefined)));
  return (
    names.size > 0 &&
    select?.k === 'object' &&
    !select.open &&
    Object.keys(select.props).every((name) => names.has(name))
  );
}

const FEW =
  /(settings?|config(uration)?s?|plugins?|plans?|prices?|pricings?|tiers?|services?|providers?|languages?|currenc(y|ies)|countr(y|ies))$/i;

/** Rows that the project's people don't own and that are few by what they are called: settings, plans, prices. */
function areFew({ workspace, file }: Context, model: string): boolean {
  return FEW.test(model) && workspace.schema(file)?.isOwned(model) === false;
}

/** `externalId: { in: ids }` of a key that is unique together with others: about as many rows as ids. */
function picksByKeys({ workspace, file }: Context, { args }: QueryFact, model: string): boolean {
  const schema = workspace.schema(file);
  const where = args.k === 'object' ? args.props['where'] : undefined;
  if (!schema || where?.k !== 'object') return false;
  const keys = new Set(schema.uniqueKeys(model).flatMap(({ fields }) => fields));
  return Object.entries(where.props).some(
    ([name, value]) => keys.has(name) && value.k === 'object' && value.props['in'] !== undefined,
  );
}

const OPEN_STATES: ReadonlySet<string> = new Set(['unguarded', 'public']);

function messageOf(
  verdict: 'unbounded' | 'filtered',
  state: { isRaw: boolean; isOpen: boolean; isOptional: boolean },
): string {
  if (verdict === 'filtered')
    return state.isRaw ? 'rawFiltered' : state.isOptional ? 'optionalFiltered' : 'filtered';
  if (state.isRaw) return state.isOpen ? 'rawPublic' : 'raw';
  return state.isOptional ? 'optional' : state.isOpen ? 'public' : 'unbounded';
}

function nestedReport(context: Context, query: QueryFact, read: ListRead): Report | undefined {
  const { nested, verdict } = read;
  if (!nested || (verdict !== 'filtered' && verdict !== 'owner')) return undefined;
  if (read.optionalTake && verdict === 'owner') return undefined;
  const isHere = read.at.file === context.file;
  const place: Place = isHere ? { at: read.at.at } : { at: query.at };
  const related: Related[] = isHere
    ? []
    : [{ place: { file: read.at.file, at: read.at.at }, message: `\`${read.op}\` is included here.` }];
  const message = verdict === 'owner' ? 'nestedOwner' : nested.perRow ? 'nestedPerRow' : 'nested';
  const isJob =
    verdict === 'filtered' &&
    jobOf(context.file, entriesReaching(context.workspace, { file: query.file, at: query.at })) !== undefined;
  // What belongs to one row is seldom long; it is the product of two lists that is.
  const severity: Severity =
    verdict === 'owner' || isJob ? 'hint' : read.optionalTake || !nested.perRow ? 'info' : 'warning';
  const fixes: FixRequest[] = isHere
    ? [{ recipe: 'add-take', data: { kind: 'nested', take: context.options.defaultTake } }]
    : [];
  return {
    place,
    message,
    data: { op: read.op, model: read.model, parent: nested.parent },
    severity,
    related,
    fixes,
  };
}

/** Pages, actions and routes have a signature that others decide; functions elsewhere can take a page as a parameter. */
function fixesFor(context: Context, read: ListRead, isRaw: boolean): FixRequest[] {
  const { maxTake, defaultTake } = context.options;
  if (isRaw) return [{ recipe: 'add-take', data: { kind: 'raw', take: maxTake } }];
  const data = {
    kind: 'list',
    take: maxTake,
    maxTake,
    defaultTake,
    model: read.model,
    optional: read.optionalTake,
  };
  const simple: FixRequest = { recipe: 'add-take', data };
  const hasOwnSignature = ['page', 'route', 'action', 'proxy'].includes(context.role);
  if (hasOwnSignature || read.optionalTake) return [simple];
  return [{ recipe: 'add-take-skip', data }, simple, { recipe: 'add-cursor', data }];
}

/** What Next.js asks for once, when it builds: all pages of a route. */
const BUILD = /^(generateStaticParams|generateSitemaps|getStaticPaths)$/;

function buildOf({ facts }: Context, query: QueryFact): string | undefined {
  if (facts.kind !== 'ts') return undefined;
  for (let id = query.fn; id > 0; id = facts.functions[id]?.parent ?? 0) {
    const name = facts.functions[id]?.name ?? '';
    if (BUILD.test(name)) return name;
  }
  return undefined;
}

/** Work that nobody waits for, told by the words of a file's name: `reconcileJobSchedulers`, `telemetry`. */
const UNATTENDED = /(^|[/._-])(schedulers?|queues?|telemetry|reconcil\w*)([/._-]|$)/i;

const JOB_PATH =
  /(^|[/._-])(crons?|jobs?|workers?|scheduled|scheduler|backups?|exports?|sitemap|inngest|backfill|workflows)([/._-]|$)/i;

/** The job that the read is made for, when nothing else reaches it. */
function jobOf(file: FileId, reaching: readonly ReachingEntry[]): string | undefined {
  if (reaching.length === 0) {
    const words = file.replace(/([a-z])([A-Z])/g, '$1-$2');
    return JOB_PATH.test(file) || UNATTENDED.test(words) ? `the job in ${basename(file)}` : undefined;
  }
  const isJob = (item: ReachingEntry): boolean => {
    const { proof } = item.effect;
    if (proof?.kind === 'secret' || proof?.kind === 'signature') return true;
    return JOB_PATH.test(item.file) && (!isOpen(item) || /(^|\/)(sitemap|crons?)(\/|\.)/i.test(item.file));
  };
  const [first] = reaching;
  return first && reaching.every(isJob) ? reachingName(first) : undefined;
}

function relatedEntry(item: ReachingEntry, open: boolean): Related {
  const { file, entry } = item;
  return {
    place: { file, at: entry.at },
    message: `${entry.kind === 'page' ? 'The page' : entry.label} performs this read${open ? ', with no check of who calls' : ''}.`,
  };
}
