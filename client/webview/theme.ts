/** The colours of the editor's theme, as the page's CSS variables have them now. */
import type { Tone } from './view.ts';

export interface Theme {
  background: string;
  foreground: string;
  /** Of arrows. */
  edge: string;
  /** Around what is selected. */
  focus: string;
  font: string;
  isHighContrast: boolean;
  tones: { readonly [tone in Tone]: string };
}

const toneVariables: { readonly [tone in Tone]: readonly string[] } = {
  good: ['--vscode-testing-iconPassed', '--vscode-charts-green'],
  bad: ['--vscode-problemsErrorIcon-foreground', '--vscode-errorForeground'],
  open: ['--vscode-charts-blue'],
  unsure: ['--vscode-problemsWarningIcon-foreground', '--vscode-charts-yellow'],
  plain: ['--vscode-descriptionForeground', '--vscode-foreground'],
  first: ['--vscode-charts-purple'],
  second: ['--vscode-charts-orange'],
  third: ['--vscode-charts-green'],
  fourth: ['--vscode-charts-yellow'],
};

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const value = style.getPropertyValue(name).trim();
      if (value !== '') return solid(value);
    }
    return undefined;
  };
  const isHighContrast = /\bvscode-high-contrast/.test(document.body.className);
  const foreground = read('--vscode-editor-foreground', '--vscode-foreground') ?? '#808080';
  const background = read('--vscode-editor-background') ?? '#ffffff';
  return {
    background,
    foreground,
    edge: isHighContrast
      ? foreground
      : mix(background, read('--vscode-descriptionForeground') ?? foreground, 0.75),
    focus: read('--vscode-focusBorder', '--vscode-charts-blue') ?? foreground,
    font: (style.getPropertyValue('--vscode-font-family').trim() || 'sans-serif').replaceAll(/["']/g, ''),
    isHighContrast,
    tones: Object.fromEntries(
      Object.entries(toneVariables).map(([tone, names]) => [tone, read(...names) ?? foreground]),
    ) as { [tone in Tone]: string },
  };
}

/** Calls back when the person chose another theme. */
export function onThemeChange(listener: () => void): void {
  let before = '';
  const tell = (): void => {
    // The editor writes all variables anew on other occasions too.
    const now = JSON.stringify(readTheme());
    if (now === before) return;
    before = now;
    listener();
  };
  before = JSON.stringify(readTheme());
  const observer = new MutationObserver(tell);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
}

const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

/** Any CSS colour as `#rrggbb`, on what is below it when it lets light through. */
function solid(colour: string): string {
  if (!brush) return colour;
  brush.fillStyle = '#000000';
  brush.fillStyle = colour;
  const text = brush.fillStyle;
  const parts = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(text);
  if (!parts) return text;
  const below =
    getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-background').trim() ||
    '#ffffff';
  const [, r = '0', g = '0', b = '0', a = '1'] = parts;
  return mix(
    /rgba|transparent/.test(below) ? '#ffffff' : solid(below),
    hex([Number(r), Number(g), Number(b)]),
    Number(a),
  );
}

/** A colour on the way from one `#rrggbb` to another. @param share of the second, 0 to 1 */
export function mix(from: string, to: string, share: number): string {
  const a = channels(from);
  const b = channels(to);
  return hex(a.map((value, i) => value + ((b[i] ?? 0) - value) * share));
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) || 0);
}

function hex(values: readonly number[]): string {
  return `#${values.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
