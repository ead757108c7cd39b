/** The elements of the page, which the extension has written. */

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${id}.`);
  return found;
}

export const page = {
  main: element('main', HTMLElement),
  welcome: element('welcome', HTMLElement),
  toolbar: element('toolbar', HTMLElement),
  app: element('app', HTMLSelectElement),
  appLabel: element('app-label', HTMLElement),
  search: element('search', HTMLInputElement),
  colouring: element('colouring', HTMLSelectElement),
  kinds: element('kinds', HTMLElement),
  depth: element('depth', HTMLSelectElement),
  focus: element('focus', HTMLButtonElement),
  all: element('all', HTMLButtonElement),
  fit: element('fit', HTMLButtonElement),
  svg: element('svg', HTMLButtonElement),
  png: element('png', HTMLButtonElement),
  picture: element('picture', HTMLElement),
  legend: element('legend', HTMLElement),
  nodes: element('nodes', HTMLElement),
  details: element('details', HTMLElement),
  status: element('status', HTMLElement),
};

/** An element with a text, which is never read as markup. */
export function textElement(tag: string, text: string, className = ''): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

export function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', onClick);
  return made;
}
