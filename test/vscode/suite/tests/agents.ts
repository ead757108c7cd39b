import * as assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { it } from 'mocha';
import * as vscode from 'vscode';
import { extensionId, folder, testApi } from '../extension.ts';

const toolNames = () =>
  vscode.lm.tools.flatMap(({ name }) => (name.startsWith('backendSpecialist_') ? [name] : [])).toSorted();

async function invoke(name: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

export function agentTests(): void {
  it('offers its tools to the chat, with the schemas of their input', () => {
    assert.deepEqual(
      toolNames(),
      ['backend_findings', 'backend_map', 'check_patch', 'explain_rule', 'preview_fix'].map(
        (name) => `backendSpecialist_${name}`,
      ),
    );
    for (const tool of vscode.lm.tools)
      if (tool.name.startsWith('backendSpecialist_')) assert.ok(tool.inputSchema, tool.name);
  });

  it('answers agents with places in files', async () => {
    const text = await invoke('backendSpecialist_backend_map', { query: 'who writes orders?', limit: 5 });
    assert.match(text, /^\w+ .+ {2}\S+:\d+/m);
    assert.match(
      await invoke('backendSpecialist_explain_rule', { rule: 'require-pagination' }),
      /require-pagination/,
    );
    await assert.rejects(invoke('backendSpecialist_explain_rule', { rule: 'no-such-rule' }), /no such rule/);
  });

  it('registers the MCP server by itself, and the one it names answers', async () => {
    const { mcpServers } = await testApi();
    const [server, ...others] = await mcpServers.provideMcpServerDefinitions();
    assert.ok(server);
    assert.deepEqual(others, []);
    assert.equal(server.cwd?.fsPath, folder);
    assert.equal(server.version, vscode.extensions.getExtension(extensionId)?.packageJSON.version);
    const client = new Client({ name: 'test', version: '1.0.0' });
    const env = Object.fromEntries(
      Object.entries({ ...process.env, ...server.env }).flatMap(([name, value]) =>
        value === undefined || value === null ? [] : [[name, String(value)]],
      ),
    );
    const cwd = server.cwd.fsPath;
    await client.connect(new StdioClientTransport({ command: server.command, args: server.args, cwd, env }));
    try {
      const { tools } = await client.listTools();
      assert.deepEqual(tools.map(({ name }) => `backendSpecialist_${name}`).toSorted(), toolNames());
    } finally {
      await client.close();
    }
    const settings = vscode.workspace.getConfiguration('backendSpecialist.agents');
    await settings.update('mcpServer', false, vscode.ConfigurationTarget.Global);
    assert.deepEqual(await mcpServers.provideMcpServerDefinitions(), []);
    await settings.update('mcpServer', undefined, vscode.ConfigurationTarget.Global);
  });
}
