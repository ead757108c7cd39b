/** The parts of package.json that follow from the rules: settings and the schema of the configuration file. */
import { applyEdits, modify, parse } from 'jsonc-parser';
import { z } from 'zod';
import { configFileName, severitySettingSchema } from '../config/settings.ts';
import { tools } from '../mcp/tools.ts';
import { toolPrefix } from '../protocol/tools.ts';
import type { RuleFolder } from './inputs.ts';
import { snippetContributions } from './snippets.ts';

export const schemaFile = 'schema/config.schema.json';

interface Setting {
  [key: string]: unknown;
  markdownDescription: string;
}

/** `contributes.configuration.properties`: only what client or server read. */
export function settingsOf(rules: readonly RuleFolder[]): { [name: string]: Setting } {
  const severities = severitySettingSchema.options;
  return {
    'backendSpecialist.rules': {
      scope: 'resource',
      type: 'object',
      default: {},
      additionalProperties: false,
      properties: Object.fromEntries(
        rules.map(({ meta }) => [
          meta.id,
          { type: 'string', enum: severities, markdownDescription: `${meta.title} *(${meta.severity})*` },
        ]),
      ),
      markdownDescription:
        `Severity of single rules in this editor, above what \`${configFileName}\` says. The file is what a team shares; it also ` +
        'has options and exceptions.',
    },
    'backendSpecialist.map.codeLens': {
      scope: 'resource',
      type: 'boolean',
      default: true,
      markdownDescription:
        'Shows above each entry point and service who is let in, what is validated and written, and who calls it.',
    },
    'backendSpecialist.map.followEditor': {
      scope: 'window',
      type: 'boolean',
      default: true,
      markdownDescription: 'Selects in the Backend Map the entry in which the cursor stands.',
    },
    'backendSpecialist.map.updateOnSave': {
      scope: 'resource',
      type: 'boolean',
      default: false,
      markdownDescription:
        'Brings `backend-map.md` up to date whenever a file is saved: single lines of a map that exists. A map with changes that are not saved is left alone.',
    },
    'backendSpecialist.agents.mcpServer': {
      scope: 'window',
      type: 'boolean',
      default: true,
      markdownDescription:
        'Offers the MCP server `backend-specialist mcp` to agents in trusted workspaces: it reads, and writes nothing.',
    },
    'backendSpecialist.migrations.codeLens': {
      scope: 'resource',
      type: 'boolean',
      default: true,
      markdownDescription:
        'Shows above each new migration what it destroys, what it locks and which code still uses what goes.',
    },
    'backendSpecialist.migrations.highlight': {
      scope: 'resource',
      type: 'boolean',
      default: true,
      markdownDescription:
        'Marks destructive statements of migrations as CRITICAL. The colours are the theme’s: `backendSpecialist.critical*`.',
    },
    'backendSpecialist.migrations.timeout': {
      scope: 'resource',
      type: 'number',
      minimum: 1,
      maximum: 600,
      default: 20,
      markdownDescription:
        'How many seconds the migrations of one schema may run on the embedded PostgreSQL for *Migration Status*.',
    },
    // Read by vscode-languageclient itself, for the client whose id is `backendSpecialist`.
    'backendSpecialist.trace.server': {
      scope: 'window',
      type: 'string',
      enum: ['off', 'messages', 'verbose'],
      default: 'off',
      markdownDescription:
        'Writes the conversation with the language server, and how long its work took, to the log.',
    },
  };
}

/** The tools of the MCP server, as package.json declares them for the editor's own chat. */
function languageModelTools(): object[] {
  return tools.map(({ name, title, description, inputSchema }) => {
    const { $schema: _, ...schema } = z.toJSONSchema(inputSchema, { io: 'input' });
    return {
      name: `${toolPrefix}${name}`,
      displayName: title,
      modelDescription: description,
      toolReferenceName: name.replaceAll('_', '-'),
      canBeReferencedInPrompt: true,
      icon: '$(shield)',
      tags: ['backend-specialist'],
      when: 'backendSpecialist.state && backendSpecialist.state != unfit',
      inputSchema: schema,
    };
  });
}

/** package.json with its generated parts up to date; everything else stays as it is. */
export function manifestWith(text: string, rules: readonly RuleFolder[]): string {
  const parts: [string, unknown][] = [
    ['configuration', { title: 'Backend Specialist', properties: settingsOf(rules) }],
    ['languageModelTools', languageModelTools()],
    ['jsonValidation', [{ fileMatch: configFileName, url: `./${schemaFile}` }]],
    // Otherwise the editor would call the comments of the file errors.
    [
      'languages',
      [
        { id: 'jsonc', filenames: [configFileName] },
        // Without Prisma's own extension its files would have no language, and so no snippets.
        { id: 'prisma', extensions: ['.prisma'], aliases: ['Prisma'] },
      ],
    ],
    ['snippets', snippetContributions()],
  ];
  let out = text;
  for (const [name, value] of parts) {
    const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
    out = applyEdits(out, modify(out, ['contributes', name], value, { formattingOptions }));
  }
  return out;
}

/** Commands a person can run, as package.json declares them. */
export function commandsOf(manifest: string): { command: string; title: string; category?: string }[] {
  const { contributes } = parse(manifest) as {
    contributes: { commands: { command: string; title: string; category?: string }[] };
  };
  return contributes.commands;
}
