import { beforeAll, describe, expect, test } from 'vitest';
import { extractCommands, loadShellParser } from '../../src/facts/commands.ts';
import type { CommandFileKind } from '../../src/facts/commandsModel.ts';
import { extractEnv } from '../../src/facts/env.ts';
import { extractPrisma } from '../../src/facts/prisma.ts';
import { extractSql, loadSqlParser } from '../../src/facts/sql.ts';

const kinds: CommandFileKind[] = [
  'package-json',
  'shell',
  'github',
  'compose',
  'dockerfile',
  'makefile',
  'justfile',
  'json-tasks',
  'markdown',
  'toml',
];

beforeAll(async () => {
  await loadShellParser();
  await loadSqlParser();
});

describe('very deep nesting ends no process and throws nothing', () => {
  test.each([
    '[',
    '{"a":',
    '(',
    '{ ',
    '$(',
    'a: {',
    '- ',
    'if true; then ',
    '"$(',
    'SELECT (',
    'model A { x Int @default([',
  ])('%s', (open) => {
    const text = open.repeat(3000);
    expect(extractSql(text).kind).toBe('sql');
    expect(extractPrisma(text).kind).toBe('prisma');
    expect(extractEnv(text).kind).toBe('env');
    for (const kind of kinds) expect(extractCommands(kind, text).kind).toBe('commands');
  });
});
