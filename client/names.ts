/** Names that are also written in package.json; people and settings refer to them, so they never change. */
export const productName = 'Backend Specialist';
export const clientId = 'backendSpecialist';
export const diagnosticSource = 'backend-specialist';
export const mapViewId = 'backendSpecialist.map';

/** Context key: one of the session's states, for `when` clauses. */
export const stateContextKey = 'backendSpecialist.state';

export const commandIds = {
  restartServer: 'backendSpecialist.restartServer',
  showLog: 'backendSpecialist.showLog',
  refreshMap: 'backendSpecialist.refreshMap',
  checkWorkspace: 'backendSpecialist.checkWorkspace',
  openRule: 'backendSpecialist.openRule',
  createMigration: 'backendSpecialist.createMigration',
  migrationStatus: 'backendSpecialist.migrationStatus',
  showCalls: 'backendSpecialist.showCalls',
  /** Of code lenses, with places as its arguments: not in the palette. */
  showPlaces: 'backendSpecialist.showPlaces',
} as const;

/** Scheme of the document that *Migration Status* shows. */
export const migrationStatusScheme = 'backend-specialist-migrations';
