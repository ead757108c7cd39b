/** Code of the browser that no directive marks: modules of hooks, pages of the pages router. */
import type { FileId } from '../base/path.ts';
import type { FunctionId, TsFacts } from '../facts/tsModel.ts';
import type { App, FileRole } from '../project/model.ts';

/** A file, and what is known of its place. */
export interface PlacedFile {
  file: FileId;
  role: FileRole;
  app: App | undefined;
}

const BROWSER_HOOKS = new Set([
  'useState',
  'useEffect',
  'useReducer',
  'useRef',
  'useTransition',
  'useCallback',
  'useContext',
  'useOptimistic',
  'useActionState',
  'createContext',
  'useLayoutEffect',
]);

/** Modules that only a client component can use, though no directive says so. */
export function isBrowserCode(placed: PlacedFile, facts: TsFacts): boolean {
  if (placed.role === 'action' || placed.role === 'route') return false;
  if (inApp(placed).startsWith('public/')) return true;
  return facts.imports.some(
    ({ spec, typeOnly, names }) =>
      !typeOnly &&
      ((spec === 'react' && names.some(({ imported }) => BROWSER_HOOKS.has(imported))) ||
        /^(next-auth\/react|next\/router|@tanstack\/react-query|swr|sonner|react-hot-toast|react-dom|react-native|expo)(\/|$)|^(expo-|@expo\/|@react-native)/.test(
          spec,
        )),
  );
}

/** Pages of the pages router are client code, but for their data functions. */
export function isPagesRouter(placed: PlacedFile): boolean {
  return placed.role === 'page' && /^(src\/)?pages\//.test(inApp(placed));
}

function inApp({ file, app }: PlacedFile): string {
  return app && app.root !== '' ? file.slice(app.root.length + 1) : file;
}

/** Whether a function is, or stands in, a data function of the pages router: `getServerSideProps`. */
export function isDataFunction(facts: TsFacts, id: FunctionId): boolean {
  for (let at = id; at > 0;) {
    const fn = facts.functions[at];
    if (!fn) return false;
    if (/^get(ServerSideProps|StaticProps|StaticPaths|InitialProps)$/.test(fn.name)) return true;
    at = fn.parent;
  }
  return false;
}
