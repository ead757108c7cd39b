// Written by `npm run codegen`. Do not edit.
import type { RegisteredRule } from './registry.ts';
import { rule as actionAuth } from './action-auth/rule.ts';
import { fixes as actionAuthFixes } from './action-auth/fix.ts';
import { rule as actionForMutation } from './action-for-mutation/rule.ts';
import { rule as actionLocation } from './action-location/rule.ts';
import { fixes as actionLocationFixes } from './action-location/fix.ts';
import { rule as actionOrder } from './action-order/rule.ts';
import { fixes as actionOrderFixes } from './action-order/fix.ts';
import { rule as actionResult } from './action-result/rule.ts';
import { fixes as actionResultFixes } from './action-result/fix.ts';
import { rule as actionRevalidate } from './action-revalidate/rule.ts';
import { fixes as actionRevalidateFixes } from './action-revalidate/fix.ts';
import { rule as actionTransaction } from './action-transaction/rule.ts';
import { fixes as actionTransactionFixes } from './action-transaction/fix.ts';
import { rule as actionValidation } from './action-validation/rule.ts';
import { fixes as actionValidationFixes } from './action-validation/fix.ts';
import { rule as boundedTake } from './bounded-take/rule.ts';
import { fixes as boundedTakeFixes } from './bounded-take/fix.ts';
import { rule as cacheSafety } from './cache-safety/rule.ts';
import { fixes as cacheSafetyFixes } from './cache-safety/fix.ts';
import { rule as destructiveMigration } from './destructive-migration/rule.ts';
import { fixes as destructiveMigrationFixes } from './destructive-migration/fix.ts';
import { rule as editedMigration } from './edited-migration/rule.ts';
import { fixes as editedMigrationFixes } from './edited-migration/fix.ts';
import { rule as envModule } from './env-module/rule.ts';
import { fixes as envModuleFixes } from './env-module/fix.ts';
import { rule as envSchema } from './env-schema/rule.ts';
import { fixes as envSchemaFixes } from './env-schema/fix.ts';
import { rule as mapStale } from './map-stale/rule.ts';
import { fixes as mapStaleFixes } from './map-stale/fix.ts';
import { rule as migrateDevOnly } from './migrate-dev-only/rule.ts';
import { fixes as migrateDevOnlyFixes } from './migrate-dev-only/fix.ts';
import { rule as migrationBreaksCode } from './migration-breaks-code/rule.ts';
import { rule as missingIndex } from './missing-index/rule.ts';
import { fixes as missingIndexFixes } from './missing-index/fix.ts';
import { rule as nextAsyncApis } from './next-async-apis/rule.ts';
import { fixes as nextAsyncApisFixes } from './next-async-apis/fix.ts';
import { rule as noClientIdentity } from './no-client-identity/rule.ts';
import { fixes as noClientIdentityFixes } from './no-client-identity/fix.ts';
import { rule as noDestructiveCommand } from './no-destructive-command/rule.ts';
import { fixes as noDestructiveCommandFixes } from './no-destructive-command/fix.ts';
import { rule as noDuplicateValidation } from './no-duplicate-validation/rule.ts';
import { fixes as noDuplicateValidationFixes } from './no-duplicate-validation/fix.ts';
import { rule as noGetSideEffect } from './no-get-side-effect/rule.ts';
import { rule as noMassAssignment } from './no-mass-assignment/rule.ts';
import { fixes as noMassAssignmentFixes } from './no-mass-assignment/fix.ts';
import { rule as noNPlusOne } from './no-n-plus-one/rule.ts';
import { fixes as noNPlusOneFixes } from './no-n-plus-one/fix.ts';
import { rule as noOverfetch } from './no-overfetch/rule.ts';
import { fixes as noOverfetchFixes } from './no-overfetch/fix.ts';
import { rule as noPrismaMiddleware } from './no-prisma-middleware/rule.ts';
import { fixes as noPrismaMiddlewareFixes } from './no-prisma-middleware/fix.ts';
import { rule as noSecretLog } from './no-secret-log/rule.ts';
import { fixes as noSecretLogFixes } from './no-secret-log/fix.ts';
import { rule as noSwallowedError } from './no-swallowed-error/rule.ts';
import { fixes as noSwallowedErrorFixes } from './no-swallowed-error/fix.ts';
import { rule as noUnboundedWrite } from './no-unbounded-write/rule.ts';
import { fixes as noUnboundedWriteFixes } from './no-unbounded-write/fix.ts';
import { rule as noUndefinedFilter } from './no-undefined-filter/rule.ts';
import { fixes as noUndefinedFilterFixes } from './no-undefined-filter/fix.ts';
import { rule as noUnsafeRawQuery } from './no-unsafe-raw-query/rule.ts';
import { fixes as noUnsafeRawQueryFixes } from './no-unsafe-raw-query/fix.ts';
import { rule as ownerFilter } from './owner-filter/rule.ts';
import { fixes as ownerFilterFixes } from './owner-filter/fix.ts';
import { rule as pendingDestructiveChange } from './pending-destructive-change/rule.ts';
import { fixes as pendingDestructiveChangeFixes } from './pending-destructive-change/fix.ts';
import { rule as prismaClientImport } from './prisma-client-import/rule.ts';
import { fixes as prismaClientImportFixes } from './prisma-client-import/fix.ts';
import { rule as prismaGenerator } from './prisma-generator/rule.ts';
import { fixes as prismaGeneratorFixes } from './prisma-generator/fix.ts';
import { rule as prismaSchemaLocation } from './prisma-schema-location/rule.ts';
import { fixes as prismaSchemaLocationFixes } from './prisma-schema-location/fix.ts';
import { rule as queryInDatabase } from './query-in-database/rule.ts';
import { fixes as queryInDatabaseFixes } from './query-in-database/fix.ts';
import { rule as requirePagination } from './require-pagination/rule.ts';
import { fixes as requirePaginationFixes } from './require-pagination/fix.ts';
import { rule as requireRole } from './require-role/rule.ts';
import { fixes as requireRoleFixes } from './require-role/fix.ts';
import { rule as revalidateMatch } from './revalidate-match/rule.ts';
import { rule as schemaDrift } from './schema-drift/rule.ts';
import { rule as schemaModelDrift } from './schema-model-drift/rule.ts';
import { fixes as schemaModelDriftFixes } from './schema-model-drift/fix.ts';
import { rule as serverOnly } from './server-only/rule.ts';
import { fixes as serverOnlyFixes } from './server-only/fix.ts';
import { rule as serviceCache } from './service-cache/rule.ts';
import { fixes as serviceCacheFixes } from './service-cache/fix.ts';
import { rule as serviceLayer } from './service-layer/rule.ts';
import { fixes as serviceLayerFixes } from './service-layer/fix.ts';
import { rule as servicePurity } from './service-purity/rule.ts';
import { rule as sessionShape } from './session-shape/rule.ts';
import { fixes as sessionShapeFixes } from './session-shape/fix.ts';
import { rule as singlePrismaClient } from './single-prisma-client/rule.ts';
import { fixes as singlePrismaClientFixes } from './single-prisma-client/fix.ts';
import { rule as softDelete } from './soft-delete/rule.ts';
import { fixes as softDeleteFixes } from './soft-delete/fix.ts';
import { rule as stableOrder } from './stable-order/rule.ts';
import { fixes as stableOrderFixes } from './stable-order/fix.ts';
import { rule as staleClient } from './stale-client/rule.ts';
import { rule as transactionDiscipline } from './transaction-discipline/rule.ts';
import { fixes as transactionDisciplineFixes } from './transaction-discipline/fix.ts';
import { rule as unsafeMigration } from './unsafe-migration/rule.ts';
import { fixes as unsafeMigrationFixes } from './unsafe-migration/fix.ts';
import { rule as unusedSuppression } from './unused-suppression/rule.ts';
import { fixes as unusedSuppressionFixes } from './unused-suppression/fix.ts';
import { rule as webhookSignature } from './webhook-signature/rule.ts';
import { fixes as webhookSignatureFixes } from './webhook-signature/fix.ts';

export const registeredRules: readonly RegisteredRule[] = [
  { rule: actionAuth, fixes: actionAuthFixes },
  { rule: actionForMutation, fixes: [] },
  { rule: actionLocation, fixes: actionLocationFixes },
  { rule: actionOrder, fixes: actionOrderFixes },
  { rule: actionResult, fixes: actionResultFixes },
  { rule: actionRevalidate, fixes: actionRevalidateFixes },
  { rule: actionTransaction, fixes: actionTransactionFixes },
  { rule: actionValidation, fixes: actionValidationFixes },
  { rule: boundedTake, fixes: boundedTakeFixes },
  { rule: cacheSafety, fixes: cacheSafetyFixes },
  { rule: destructiveMigration, fixes: destructiveMigrationFixes },
  { rule: editedMigration, fixes: editedMigrationFixes },
  { rule: envModule, fixes: envModuleFixes },
  { rule: envSchema, fixes: envSchemaFixes },
  { rule: mapStale, fixes: mapStaleFixes },
  { rule: migrateDevOnly, fixes: migrateDevOnlyFixes },
  { rule: migrationBreaksCode, fixes: [] },
  { rule: missingIndex, fixes: missingIndexFixes },
  { rule: nextAsyncApis, fixes: nextAsyncApisFixes },
  { rule: noClientIdentity, fixes: noClientIdentityFixes },
  { rule: noDestructiveCommand, fixes: noDestructiveCommandFixes },
  { rule: noDuplicateValidation, fixes: noDuplicateValidationFixes },
  { rule: noGetSideEffect, fixes: [] },
  { rule: noMassAssignment, fixes: noMassAssignmentFixes },
  { rule: noNPlusOne, fixes: noNPlusOneFixes },
  { rule: noOverfetch, fixes: noOverfetchFixes },
  { rule: noPrismaMiddleware, fixes: noPrismaMiddlewareFixes },
  { rule: noSecretLog, fixes: noSecretLogFixes },
  { rule: noSwallowedError, fixes: noSwallowedErrorFixes },
  { rule: noUnboundedWrite, fixes: noUnboundedWriteFixes },
  { rule: noUndefinedFilter, fixes: noUndefinedFilterFixes },
  { rule: noUnsafeRawQuery, fixes: noUnsafeRawQueryFixes },
  { rule: ownerFilter, fixes: ownerFilterFixes },
  { rule: pendingDestructiveChange, fixes: pendingDestructiveChangeFixes },
  { rule: prismaClientImport, fixes: prismaClientImportFixes },
  { rule: prismaGenerator, fixes: prismaGeneratorFixes },
  { rule: prismaSchemaLocation, fixes: prismaSchemaLocationFixes },
  { rule: queryInDatabase, fixes: queryInDatabaseFixes },
  { rule: requirePagination, fixes: requirePaginationFixes },
  { rule: requireRole, fixes: requireRoleFixes },
  { rule: revalidateMatch, fixes: [] },
  { rule: schemaDrift, fixes: [] },
  { rule: schemaModelDrift, fixes: schemaModelDriftFixes },
  { rule: serverOnly, fixes: serverOnlyFixes },
  { rule: serviceCache, fixes: serviceCacheFixes },
  { rule: serviceLayer, fixes: serviceLayerFixes },
  { rule: servicePurity, fixes: [] },
  { rule: sessionShape, fixes: sessionShapeFixes },
  { rule: singlePrismaClient, fixes: singlePrismaClientFixes },
  { rule: softDelete, fixes: softDeleteFixes },
  { rule: stableOrder, fixes: stableOrderFixes },
  { rule: staleClient, fixes: [] },
  { rule: transactionDiscipline, fixes: transactionDisciplineFixes },
  { rule: unsafeMigration, fixes: unsafeMigrationFixes },
  { rule: unusedSuppression, fixes: unusedSuppressionFixes },
  { rule: webhookSignature, fixes: webhookSignatureFixes },
];
