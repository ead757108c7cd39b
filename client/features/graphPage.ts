/** The HTML of the graph view: elements without content, which the page's own script fills with text. */

export interface GraphPageParts {
  /** Of this page alone: no other script runs. */
  nonce: string;
  /** Where files of the extension come from, in the words of a content security policy. */
  source: string;
  script: string;
  style: string;
}

const kinds = [
  ['page', 'Pages'],
  ['route', 'Routes'],
  ['action', 'Actions'],
  ['service', 'Services'],
  ['model', 'Models'],
] as const;

const depths = [1, 2, 3, 4, 9];

/** The whole document. Cytoscape would write a style of its own if the last element of the head were not there. */
export function graphPage({ nonce, source, script, style }: GraphPageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backend Graph</title>
<link rel="stylesheet" href="${style}">
<style id="__________cytoscape_stylesheet" nonce="${nonce}"></style>
</head>
<body>
<div id="toolbar" role="toolbar" aria-label="Backend graph" hidden>
<label id="app-label">App <select id="app"></select></label>
<input id="search" type="search" placeholder="Search names, files, roles, unguarded ( / )" aria-label="Search nodes" aria-controls="nodes">
<label>Colour <select id="colouring"><option value="guard">by guard</option><option value="role">by role</option><option value="problem">by problem</option></select></label>
<fieldset id="kinds" aria-label="Kinds that are shown">${kinds.map(([kind, label]) => `<label><input type="checkbox" value="${kind}" checked>${label}</label>`).join('')}</fieldset>
<button id="focus" type="button" title="Show what leads to the selected node and what it leads to (f)">Neighbourhood</button>
<label>Depth <select id="depth">${depths.map((depth) => `<option value="${depth}">${depth === 9 ? 'all' : depth}</option>`).join('')}</select></label>
<button id="all" type="button" title="Show the whole graph again (Escape)" hidden>Show All</button>
<button id="fit" type="button" title="Fit the picture into the window (0)">Fit</button>
<button id="svg" type="button">Export SVG</button>
<button id="png" type="button">Export PNG</button>
</div>
<div id="welcome" role="status"><p>Reading the backend of this workspace…</p></div>
<main id="main" hidden>
<div id="picture" tabindex="0" role="application" aria-roledescription="graph" aria-label="Backend graph. Arrow keys go along arrows and columns, Enter opens code, f shows the neighbourhood, plus, minus and 0 zoom. The same nodes stand in the list beside it."></div>
<div id="side">
<ul id="legend" aria-label="Legend"></ul>
<div id="nodes" role="listbox" tabindex="0" aria-label="Nodes"></div>
<section id="details" aria-label="Selected node"></section>
</div>
</main>
<div id="status" role="status" aria-live="polite"></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
