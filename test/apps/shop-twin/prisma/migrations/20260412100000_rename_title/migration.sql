/*
  Warnings:

  - You are about to drop the column `title` on the `Product` table. All the data in the column will be lost.
  - Added the required column `name` to the `Product` table without a default value. This is not possible if the table is not empty.

*/
-- AlterTable
ALTER TABLE "Product" DROP COLUMN "title",
--                    ^^^^^^^^^^^^^^^^^^^ destructive-migration error
ADD COLUMN     "name" VARCHAR(120) NOT NULL;
