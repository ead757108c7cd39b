/** What each application does as a whole, learnt from its files: conventions, guards, layers. */
import { isSame } from '../base/equal.ts';
import type { FileId } from '../base/path.ts';
import type { ProjectConventions, ProjectGuards, StyledFile } from '../project/conventions.ts';
import { learnConventions, learnGuards } from './conventions.ts';
import type { Query } from './database.ts';
import { countLayers } from './layering.ts';
import type { Layering } from './layering.ts';
import type { Workspace } from './workspace.ts';

/** No application has such a folder. */
const NO_APP = '..';

export class Habits {
  private readonly workspace: Workspace;
  private readonly learnt: Query<ProjectConventions>;
  private readonly helpers: Query<ProjectGuards>;
  private readonly layers: Query<Layering>;

  constructor(workspace: Workspace) {
    this.workspace = workspace;
    const { db } = workspace;
    const byContent = { equal: isSame };
    this.learnt = db.query(
      'projectConventions',
      (root) => learnConventions(workspace, this.styledOf(root)),
      byContent,
    );
    this.helpers = db.query(
      'projectGuards',
      (root) => learnGuards(workspace, this.styledOf(root)),
      byContent,
    );
    this.layers = db.query('layers', (root) => this.findLayers(root), byContent);
  }

  private rootOf(file: FileId): string {
    return this.workspace.app(file)?.root ?? NO_APP;
  }

  conventions(file: FileId): ProjectConventions {
    return this.learnt(this.rootOf(file));
  }

  guards(file: FileId): ProjectGuards {
    return this.helpers(this.rootOf(file));
  }

  layering(file: FileId): Layering {
    return this.layers(this.rootOf(file));
  }

  /** An application is judged by its own files, and by those of packages where it has too few. */
  private styledOf(root: string): readonly StyledFile[] {
    const { workspace } = this;
    const styled = workspace.index.styled();
    const own = root === NO_APP ? [] : styled.filter(({ file }) => workspace.app(file)?.root === root);
    const shared = styled.filter(({ file }) => workspace.app(file) === undefined);
    return own.length > 0 ? [...own, ...shared] : styled;
  }

  private findLayers(root: string): Layering {
    const { workspace } = this;
    const own = (file: FileId): boolean => {
      const app = workspace.app(file);
      return root === NO_APP || app === undefined || app.root === root;
    };
    const { index } = workspace;
    return countLayers(workspace, {
      queries: index.withToken('queries').filter(own),
      cached: index.withToken('cached'),
      request: index.withToken('request'),
      actions: index.withToken('actions').filter(own),
    });
  }
}
