-- A copy that lives in this file only.
CREATE TEMPORARY TABLE "names" AS SELECT "id", "name" FROM "User" WHERE "name" IS NOT NULL;
UPDATE "User" AS u SET "name" = trim(n."name") FROM "names" AS n WHERE n."id" = u."id";
DROP TABLE "names";
