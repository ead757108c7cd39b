/*
  Warnings:

  - You are about to drop the column `giftWrap` on the `Order` table. All the data in the column will be lost.
  - You are about to drop the column `memo` on the `Order` table. All the data in the column will be lost.

*/
-- AlterTable
ALTER TABLE "Order" DROP COLUMN "giftWrap",
--                  ^^^^^^^^^^^^^^^^^^^^^^ destructive-migration error
--                  ^^^^^^^^^^^^^^^^^^^^^^ migration-breaks-code error
DROP COLUMN "memo";
--< 1:19 destructive-migration error
