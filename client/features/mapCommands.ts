import * as vscode from 'vscode';
import {
  mapCallersRequest,
  mapFixRequest,
  mapPlaceRequest,
  writeMapRequest,
  type MapPlace,
  type WriteMapResult,
} from '../../src/protocol/map.ts';
import { commandIds, productName } from '../names.ts';
import type { Session } from '../session.ts';
import type { MapNode } from './mapItems.ts';
import type { MapView } from './mapView.ts';

/** Typing is looked at when it rests. */
const filterDelayMs = 120;

/** Registers what can be done with the Backend Map and with its rows. */
export function registerMapCommands(session: Session, map: MapView): vscode.Disposable {
  const register = vscode.commands.registerCommand;
  /** A row from a menu is a node; from a click it is an id; from a key binding it is what is selected. */
  const nodeOf = (given: unknown): MapNode | undefined =>
    typeof given === 'string'
      ? map.node(given)
      : typeof given === 'object' && given !== null && 'data' in given
        ? (given as MapNode)
        : map.view.selection[0];
  const ask = async (method: string, params: object): Promise<unknown> => {
    const { client } = session;
    if (!client?.isRunning()) throw new Error(`${productName} is not running in this workspace.`);
    return client.sendRequest<unknown>(method, params);
  };
  const open = async (given: unknown, viewColumn: vscode.ViewColumn): Promise<void> => {
    const node = nodeOf(given);
    if (!node) return;
    const place = mapPlaceRequest.result.parse(await ask(mapPlaceRequest.method, { id: node.data.id }));
    if (!place) return map.refresh();
    await vscode.window.showTextDocument(vscode.Uri.parse(place.uri), {
      selection: toRange(place),
      preview: true,
      viewColumn,
    });
  };
  return vscode.Disposable.from(
    register(commandIds.refreshMap, () => map.refresh()),
    register(commandIds.filterMap, () => askFilter(map)),
    register(commandIds.clearMapFilter, () => map.setFilter('')),
    register(commandIds.openEntry, (given: unknown) => open(given, vscode.ViewColumn.Active)),
    register(commandIds.openEntryToSide, (given: unknown) => open(given, vscode.ViewColumn.Beside)),
    register(commandIds.openCallers, async (given: unknown) => {
      const node = nodeOf(given);
      if (!node) return;
      const { id } = node.data;
      const callers = mapCallersRequest.result.parse(await ask(mapCallersRequest.method, { id }));
      const place = mapPlaceRequest.result.parse(await ask(mapPlaceRequest.method, { id }));
      if (place) await showCallers(node.data.label, place, callers);
    }),
    register(commandIds.fixEntry, async (given: unknown) => {
      const node = nodeOf(given);
      if (!node) return undefined;
      const { applied, message } = mapFixRequest.result.parse(
        await ask(mapFixRequest.method, { id: node.data.id }),
      );
      if (!applied) void vscode.window.showWarningMessage(message);
      return applied;
    }),
    register(commandIds.copyReference, async (given: unknown) => {
      const reference = nodeOf(given)?.data.reference;
      if (reference !== undefined) await vscode.env.clipboard.writeText(reference);
    }),
    register(commandIds.openRuleOfEntry, async (given: unknown) => {
      const node = nodeOf(given);
      if (node?.data.kind === 'rule')
        await vscode.commands.executeCommand(commandIds.openRule, node.data.reference);
    }),
    register(commandIds.writeMap, async () => {
      const result = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: 'Writing the backend map' },
        async () => writeMapRequest.result.parse(await ask(writeMapRequest.method, {})),
      );
      // Not awaited: the message may stand for as long as the person likes.
      void tellWritten(result);
      return result;
    }),
  );
}

function toRange({ range: { start, end } }: MapPlace): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/** The places that call an entry, around its own place: one of them at once, several to choose from. */
async function showCallers(label: string, place: MapPlace, callers: readonly MapPlace[]): Promise<void> {
  if (callers.length === 0) {
    void vscode.window.showInformationMessage(`Nothing calls ${label}.`);
    return;
  }
  const uri = vscode.Uri.parse(place.uri);
  const position = toRange(place).start;
  await vscode.window.showTextDocument(uri, {
    selection: new vscode.Range(position, position),
    preview: true,
  });
  await vscode.commands.executeCommand(
    'editor.action.goToLocations',
    uri,
    position,
    callers.map((caller) => new vscode.Location(vscode.Uri.parse(caller.uri), toRange(caller))),
    callers.length === 1 ? 'goto' : 'peek',
    `Nothing calls ${label}.`,
  );
}

/** A box whose words filter the tree while they are typed; Escape brings back what was there before. */
function askFilter(map: MapView): void {
  const before = map.filter;
  const box = vscode.window.createInputBox();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAccepted = false;
  box.title = 'Filter the Backend Map';
  box.placeholder = 'Words of names, files, models, roles, or: unguarded, public, problems, transaction';
  box.value = before;
  box.onDidChangeValue((value) => {
    clearTimeout(timer);
    timer = setTimeout(() => map.setFilter(value), filterDelayMs);
  });
  box.onDidAccept(() => {
    isAccepted = true;
    box.hide();
  });
  box.onDidHide(() => {
    clearTimeout(timer);
    map.setFilter(isAccepted ? box.value : before);
    box.dispose();
  });
  box.show();
}

async function tellWritten({ files }: WriteMapResult): Promise<void> {
  const failed = files.filter(({ state }) => state === 'failed');
  const name = (uri: string) => vscode.workspace.asRelativePath(vscode.Uri.parse(uri));
  const open = async (uri: string | undefined, action: string, answer: string | undefined) => {
    if (uri !== undefined && answer === action)
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(uri));
  };
  const [broken] = failed;
  if (broken) {
    const reasons = failed.map(({ uri, message }) => `${name(uri)}: ${message ?? 'it cannot be written'}`);
    const text = `Not written: ${reasons.join('; ')}.`;
    return open(broken.uri, 'Open', await vscode.window.showWarningMessage(text, 'Open'));
  }
  const [first] = files;
  if (!first) {
    void vscode.window.showInformationMessage('There is nothing to map yet.');
    return;
  }
  const said = files.map(
    ({ uri, state }) => `${name(uri)} ${state === 'current' ? 'is up to date' : `is ${state}`}`,
  );
  await open(
    first.uri,
    'Open Map',
    await vscode.window.showInformationMessage(`${said.join('; ')}.`, 'Open Map'),
  );
}
