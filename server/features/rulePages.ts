/** Rule pages: served as text where the editor can show it, opened on the web elsewhere. */
import { MessageType, ShowMessageNotification } from 'vscode-languageserver/node';
import { z } from 'zod/mini';
import { ruleDocsUrl, rulePage } from '../../src/host/node.ts';
import { ruleScheme } from '../../src/protocol/requests.ts';
import type { ServerContext } from '../context.ts';
import type { Commands } from './commands.ts';

/** For editors without our extension, which has a command of its own. */
export const showRuleCommand = 'backendSpecialist.showRulePage';

export function registerRulePages({ connection, client }: ServerContext, commands: Commands): void {
  connection.workspace.textDocumentContent.on(({ uri }) => {
    const id = uri.startsWith(`${ruleScheme}:/`) ? uri.slice(ruleScheme.length + 2).replace(/\.md$/, '') : '';
    return {
      text: rulePage(id) ?? `# ${id}\n\nThis rule has no page here. It may have one at ${ruleDocsUrl(id)}.\n`,
    };
  });
  commands.on(showRuleCommand, async ([given]) => {
    const id = z.string().safeParse(given);
    if (!id.success) return null;
    if (client.showsDocuments)
      await connection.window.showDocument({ uri: ruleDocsUrl(id.data), external: true, takeFocus: true });
    // A notification: a request would wait for a person who may never answer.
    else
      await connection.sendNotification(ShowMessageNotification.type, {
        type: MessageType.Info,
        message: ruleDocsUrl(id.data),
      });
    return null;
  });
}
