/*
  Warnings:

  - You are about to alter the column `weightGrams` on the `Product` table. The data in that column could be lost. The data in that column will be cast from `Decimal(8,2)` to `Integer`.
  - You are about to alter the column `body` on the `Review` table. The data in that column could be lost. The data in that column will be cast from `VarChar(2000)` to `VarChar(280)`.

*/
-- AlterTable
ALTER TABLE "Product" ALTER COLUMN "weightGrams" SET DATA TYPE INTEGER;
--                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ destructive-migration error

-- AlterTable
ALTER TABLE "Review" ALTER COLUMN "body" SET DATA TYPE VARCHAR(280);
--                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ destructive-migration error
