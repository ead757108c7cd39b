/** `backend-specialist init`: sets a workspace up. What exists is the team's: nothing of it is replaced, and nothing written unasked. */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { FileId } from '../base/path.ts';
import { configFileName } from '../config/settings.ts';
import { createNodeHost, gitRoot, ownVersion, replaceFile, type NodeHost } from '../host/node.ts';
import { plural } from '../base/plural.ts';
import { compareFindings, plain } from '../report/model.ts';
import { baselineText, defaultBaseline, nextBaseline } from './baseline.ts';
import type { CommandSpec } from './command.ts';
import { exitCodes, UsageError, type ExitCode } from './exitCodes.ts';
import { agentsText, configText, workflowText } from './initTexts.ts';
import { findWorkspace } from './root.ts';
import { openSession, type Session } from './session.ts';
import { write } from './terminal.ts';

const options = {
  yes: { type: 'boolean', description: 'Write everything that is offered, without asking' },
} as const;

/** A file that can be written, or a line that says why it is not. */
interface Offer {
  host: NodeHost;
  file: FileId;
  /** What it is for, as the end of "Write FILE: …". */
  purpose: string;
  before: string | undefined;
  /** `undefined`: nothing to do, for the reason given. */
  after: string | undefined;
  reason?: string;
}

const workflowFile = '.github/workflows/backend-specialist.yml';

/** A file that is written once and then belongs to the team. */
function once(host: NodeHost, file: FileId, purpose: string, text: () => string): Offer {
  return existsSync(host.absolute(file))
    ? { host, file, purpose, before: undefined, after: undefined, reason: 'is there already and is kept' }
    : { host, file, purpose, before: undefined, after: text() };
}

function configOffer(session: Session): Offer {
  const schema = './node_modules/backend-specialist/schema/config.schema.json';
  const { apps } = session.engine.stats();
  return once(session.host, configFileName, 'severities, options and conventions', () =>
    configText(apps, existsSync(path.join(session.host.root, schema)) ? schema : undefined),
  );
}

/** Errors of today that a team cannot repair at once. */
function baselineOffer(session: Session): Offer {
  const files = session.engine.files();
  const findings = files.flatMap((file) => session.check(file)).toSorted(compareFindings);
  const count = findings.filter(({ severity }) => severity === 'error' || severity === 'warning').length;
  const purpose = `accepts ${plural(count, 'error or warning', 'errors and warnings')} of today for \`check --baseline\``;
  const offer = once(session.host, defaultBaseline, purpose, () =>
    baselineText(nextBaseline(findings, [], () => true)),
  );
  return count > 0 || offer.after === undefined
    ? offer
    : { ...offer, after: undefined, reason: 'is not needed: there is neither an error nor a warning' };
}

/** @param hasBaseline whether `check` in CI can be told of one */
async function workflowOffer(session: Session, hasBaseline: boolean): Promise<Offer> {
  const { root } = session.host;
  const repository = await gitRoot(root);
  const purpose = 'checks every pull request on GitHub';
  const nothing = { host: session.host, file: workflowFile, purpose, before: undefined, after: undefined };
  if (repository === undefined) return { ...nothing, reason: 'is for git repositories, and this is none' };
  const others = ['.gitlab-ci.yml', 'bitbucket-pipelines.yml', 'azure-pipelines.yml', '.circleci'];
  const other = others.find((name) => existsSync(path.join(repository, name)));
  if (other !== undefined && !existsSync(path.join(repository, '.github')))
    return {
      ...nothing,
      reason: `is for GitHub, and this repository has ${other}: let it run \`npx backend-specialist check\``,
    };
  const top = realpathSync(repository);
  return once(createNodeHost(top, { git: true }), workflowFile, purpose, () =>
    workflowText({
      version: ownVersion(),
      folder: path.relative(top, root).split(path.sep).join('/'),
      baseline: hasBaseline ? defaultBaseline : undefined,
    }),
  );
}

/** AGENTS.md, wherever a link leads to inside of the workspace; else the file that other agents read. */
function agentsOffer({ host }: Session): Offer {
  const name = ['AGENTS.md', 'CLAUDE.md'].find((file) => existsSync(host.absolute(file))) ?? 'AGENTS.md';
  const purpose = 'tells coding agents to use the map, the MCP server and the checks';
  const nothing = { host, file: name, purpose, before: undefined, after: undefined };
  let file = name;
  if (existsSync(host.absolute(name))) {
    file = path
      .relative(host.root, realpathSync(host.absolute(name)))
      .split(path.sep)
      .join('/');
    if (file.startsWith('../') || path.isAbsolute(file))
      return { ...nothing, reason: 'is a link to a file outside of the workspace and is left alone' };
  }
  const before = host.read(file);
  if (before === undefined && existsSync(host.absolute(file)))
    return { ...nothing, reason: 'cannot be read as text and is left alone' };
  const after = agentsText(before);
  if (after === undefined)
    return { ...nothing, reason: 'has damaged backend-specialist markers and is left alone' };
  if (after === before) return { ...nothing, reason: 'has our section already' };
  return { host, file, purpose, before, after };
}

/** A hook that checks messages, for who has husky; to git's own folder nothing is written that a clone would not get. */
function hookOffer({ host }: Session): Offer[] {
  if (!existsSync(host.absolute('.husky'))) return [];
  const text = () => 'npx backend-specialist commit-msg "$1"\n';
  return [once(host, '.husky/commit-msg', 'checks the messages of commits', text)];
}

type Ask = (question: string) => Promise<boolean>;

/** Asks on the terminal; the end of the input is a no. */
async function withAsking(yes: boolean, run: (ask: Ask) => Promise<ExitCode>): Promise<ExitCode> {
  if (yes) return run(() => Promise.resolve(true));
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new AbortController();
  terminal.on('close', () => closed.abort());
  terminal.on('SIGINT', () => terminal.close());
  try {
    return await run(async (question) => {
      try {
        const answer = await terminal.question(`${question} [Y/n] `, { signal: closed.signal });
        return /^(y(es)?)?$/i.test(answer.trim());
      } catch {
        throw new UsageError('stopped: nothing more was written.');
      }
    });
  } finally {
    terminal.close();
  }
}

const verb = ({ before }: Offer): string => (before === undefined ? 'Write' : 'Add to');

/** Writes an offer that is wanted. @returns whether the file is there afterwards */
async function settle(offer: Offer, ask: Ask): Promise<boolean> {
  const { host, file, purpose, before, after, reason } = offer;
  const name = plain(file);
  if (after === undefined) {
    await write(process.stdout, `${name} ${reason ?? 'is kept'}.\n`);
    return existsSync(host.absolute(file));
  }
  if (!(await ask(`${verb(offer)} ${name}: ${purpose}?`))) return false;
  const failure = replaceFile(host, file, before, after);
  if (failure !== undefined) throw new UsageError(`${name} was not written: ${failure}.`);
  await write(process.stdout, `${before === undefined ? 'Wrote' : 'Updated'} ${name}: ${purpose}.\n`);
  return true;
}

async function plan(offers: readonly Offer[]): Promise<void> {
  for (const offer of offers)
    await write(
      process.stdout,
      offer.after === undefined
        ? `${plain(offer.file)} ${offer.reason ?? 'is kept'}.\n`
        : `${verb(offer)} ${plain(offer.file)}: ${offer.purpose}.\n`,
    );
}

export const initCommand: CommandSpec<typeof options> = {
  name: 'init',
  description: 'Set a workspace up: configuration, baseline, CI, a section for coding agents',
  options,
  async run({ yes = false }) {
    const { root } = findWorkspace(process.cwd(), []);
    const session = await openSession(root, { cache: true, overrides: {} });
    const { apps } = session.engine.stats();
    if (apps.length === 0)
      throw new UsageError(`no Next.js app was found in ${root}: there is nothing to set up.`);
    for (const { name, folder, schema } of apps)
      await write(process.stdout, `Found ${plain(name)} in ${plain(folder)}, schema ${plain(schema)}.\n`);
    const isAsking = !yes && process.stdin.isTTY && process.stdout.isTTY;
    if (!yes && !isAsking) {
      const baseline = baselineOffer(session);
      const workflow = await workflowOffer(session, baseline.after !== undefined);
      await plan([configOffer(session), baseline, workflow, ...hookOffer(session), agentsOffer(session)]);
      throw new UsageError(
        'init asks before it writes, and there is nobody to ask: --yes writes all of this.',
      );
    }
    return withAsking(yes, async (ask) => {
      await settle(configOffer(session), ask);
      const hasBaseline = await settle(baselineOffer(session), ask);
      await settle(await workflowOffer(session, hasBaseline), ask);
      for (const hook of hookOffer(session)) await settle(hook, ask);
      await settle(agentsOffer(session), ask);
      await write(process.stdout, 'Next: npx backend-specialist check\n');
      return exitCodes.clean;
    });
  },
};
