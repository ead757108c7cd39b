/** Names that are also written in package.json; people and settings refer to them, so they never change. */
export const productName = 'Backend Specialist';
export const clientId = 'backendSpecialist';
export const diagnosticSource = 'backend-specialist';
export const mcpProviderId = 'backend-specialist.mcp';
export const mapViewId = 'backendSpecialist.map';
export const graphViewType = 'backendSpecialist.graph';
export const verifyViewId = 'backendSpecialist.verify';

/** Context key: whether the Backend Map shows only what fits a filter. */
export const mapFilterContextKey = 'backendSpecialist.mapFilter';

/** Context key: whether *Verify* was run in this window, so that its view has something to show. */
export const verifiedContextKey = 'backendSpecialist.verified';

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
  verify: 'backendSpecialist.verify',
  /** Of a row, with its number as the argument: not in the palette. */
  showVerifyOutput: 'backendSpecialist.verify.showOutput',
  suggestCommitMessage: 'backendSpecialist.suggestCommitMessage',
  showCalls: 'backendSpecialist.showCalls',
  showGraph: 'backendSpecialist.showGraph',
  writeMap: 'backendSpecialist.writeMap',
  filterMap: 'backendSpecialist.map.filter',
  clearMapFilter: 'backendSpecialist.map.clearFilter',
  openEntry: 'backendSpecialist.map.open',
  openEntryToSide: 'backendSpecialist.map.openToSide',
  openCallers: 'backendSpecialist.map.openCallers',
  fixEntry: 'backendSpecialist.map.fixAll',
  showInGraph: 'backendSpecialist.map.showInGraph',
  copyReference: 'backendSpecialist.map.copyReference',
  openRuleOfEntry: 'backendSpecialist.map.openRule',
  /** Of code lenses, with places as its arguments: not in the palette. */
  showPlaces: 'backendSpecialist.showPlaces',
} as const;

/** Scheme of the document that *Migration Status* shows. */
export const migrationStatusScheme = 'backend-specialist-migrations';

/** Scheme of the documents that show what a program wrote that *Verify* ran. */
export const verifyOutputScheme = 'backend-specialist-verify';
