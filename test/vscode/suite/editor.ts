import { describe } from 'mocha';
import { runSuite } from './runner.ts';
import { actionTests } from './tests/actions.ts';
import { configurationTests } from './tests/configuration.ts';
import { agentTests } from './tests/agents.ts';
import { findingTests } from './tests/findings.ts';
import { graphTests } from './tests/graph.ts';
import { mapTests } from './tests/map.ts';
import { migrationTests } from './tests/migrations.ts';
import { navigationTests } from './tests/navigation.ts';
import { serverTests } from './tests/server.ts';
import { snippetTests } from './tests/snippets.ts';
import { typingTests } from './tests/typing.ts';
import { verifyTests } from './tests/verify.ts';
import { walkthroughTests } from './tests/walkthrough.ts';

/** The twin app: one true violation of every shape. The first tests look at it untouched. */
export function run(): Promise<void> {
  return runSuite(() => {
    describe('findings', findingTests);
    describe('Backend Map', mapTests);
    describe('backend graph', graphTests);
    describe('navigation', navigationTests);
    describe('agents', agentTests);
    describe('migrations', migrationTests);
    describe('typing', typingTests);
    describe('code actions', actionTests);
    describe('snippets', snippetTests);
    describe('configuration', configurationTests);
    describe('verify and commit', verifyTests);
    describe('walkthrough', walkthroughTests);
    describe('server', serverTests);
  });
}
