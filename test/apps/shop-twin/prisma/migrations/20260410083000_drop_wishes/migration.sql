/*
  Warnings:

  - You are about to drop the `Wish` table. If the table is not empty, all the data it contains will be lost.

*/
-- DropForeignKey
ALTER TABLE "Wish" DROP CONSTRAINT "Wish_userId_fkey";

-- DropForeignKey
ALTER TABLE "Wish" DROP CONSTRAINT "Wish_productId_fkey";

-- DropTable
DROP TABLE "Wish";
--< 1:18 destructive-migration error
