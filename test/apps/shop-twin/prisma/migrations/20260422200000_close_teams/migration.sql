-- AlterTable
ALTER TABLE "Team" ADD COLUMN "deletedAt" TIMESTAMP(3);
