/** What the code around a call knows: names of parameters and constants, the session. */
import { ts } from 'ts-morph';

/** Names of parameters and of constants declared before a node in the functions around it; none of the module's. */
export function namesInScope(node: ts.Node): Set<string> {
  const names = new Set<string>();
  for (const declared of declarationsBefore(node)) addNames(declared.name, names);
  return names;
}

/** How the code reaches the id of the person who is signed in: `session.user.id`, `user.id` of a session. */
export function sessionUserIn(node: ts.Node): string | undefined {
  for (const declared of declarationsBefore(node)) {
    if (!ts.isIdentifier(declared.name)) continue;
    const { text } = declared.name;
    if (text === 'session') return 'session.user.id';
    if (/^(user|currentUser)$/.test(text) && ts.isVariableDeclaration(declared)) return `${text}.id`;
  }
  return undefined;
}

type Declaration = ts.ParameterDeclaration | ts.VariableDeclaration;

function declarationsBefore(node: ts.Node): Declaration[] {
  const found: Declaration[] = [];
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    const { parent } = at;
    if (ts.isFunctionLike(at)) found.push(...at.parameters);
    if (!ts.isBlock(parent)) continue;
    for (const statement of parent.statements) {
      if (statement === at) break;
      if (ts.isVariableStatement(statement)) found.push(...statement.declarationList.declarations);
    }
  }
  return found;
}

function addNames(name: ts.BindingName, names: Set<string>): void {
  if (ts.isIdentifier(name)) names.add(name.text);
  else for (const element of name.elements) if (ts.isBindingElement(element)) addNames(element.name, names);
}
