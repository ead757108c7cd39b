import * as vscode from 'vscode';
import { referencesSchema } from '../../src/protocol/requests.ts';
import { commandIds } from '../names.ts';

/** Shows places around a line of code, as *Peek References* does. Code lenses of the server bring them along. */
export function registerShowPlaces(): vscode.Disposable {
  return vscode.commands.registerCommand(commandIds.showPlaces, async (...given: unknown[]) => {
    const places = referencesSchema.safeParse(given);
    if (!places.success) return;
    const [uri, position, locations] = places.data;
    const toPosition = ({ line, character }: typeof position) => new vscode.Position(line, character);
    await vscode.commands.executeCommand(
      'editor.action.showReferences',
      vscode.Uri.parse(uri),
      toPosition(position),
      locations.map(
        ({ uri: target, range }) =>
          new vscode.Location(
            vscode.Uri.parse(target),
            new vscode.Range(toPosition(range.start), toPosition(range.end)),
          ),
      ),
    );
  });
}
