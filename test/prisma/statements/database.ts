/** The database that the statements of the table meet: as migrations build it, and with two sets of rows. */

export const schema = `
CREATE TYPE "Status" AS ENUM ('DRAFT', 'LIVE', 'GONE');
CREATE TABLE "User" (
  "id" SERIAL NOT NULL, "email" TEXT NOT NULL, "name" VARCHAR(50), "bio" TEXT, "code" CHAR(8), "age" INTEGER, "big" BIGINT, "small" SMALLINT,
  "price" DECIMAL(10,2), "ratio" DOUBLE PRECISION, "single" REAL, "seen" TIMESTAMP(6), "at" TIMESTAMP(3) DEFAULT CURRENT_TIMESTAMP, "zone" TIMESTAMPTZ(3),
  "data" JSON, "tags" TEXT[], "uid" UUID, "flag" BOOLEAN, CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Post" (
  "id" INTEGER NOT NULL, "title" TEXT NOT NULL, "slug" TEXT, "body" TEXT, "note" TEXT NOT NULL DEFAULT '', "views" BIGINT NOT NULL DEFAULT 0,
  "status" "Status" NOT NULL DEFAULT 'DRAFT', "userId" INTEGER NOT NULL, CONSTRAINT "Post_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "Post_title_key" ON "Post"("title");
CREATE INDEX "Post_status_idx" ON "Post"("status");
ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE TABLE "Label" ("id" INTEGER NOT NULL, CONSTRAINT "Label_pkey" PRIMARY KEY ("id"));
CREATE TABLE "_LabelToPost" ("A" INTEGER NOT NULL, "B" INTEGER NOT NULL, CONSTRAINT "_LabelToPost_AB_pkey" PRIMARY KEY ("A","B"));
CREATE INDEX "_LabelToPost_B_index" ON "_LabelToPost"("B");
ALTER TABLE "_LabelToPost" ADD CONSTRAINT "_LabelToPost_A_fkey" FOREIGN KEY ("A") REFERENCES "Label"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "_LabelToPost" ADD CONSTRAINT "_LabelToPost_B_fkey" FOREIGN KEY ("B") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE TABLE "Log" ("id" INTEGER NOT NULL, "msg" TEXT, "userId" INTEGER, CONSTRAINT "Log_pkey" PRIMARY KEY ("id"));
`;

/**
 * `awkward`: values at the ends of their types, repeated ones, missing ones, a key that points nowhere. `fitting`: as short and even as
 * values can be, each once, none missing. No value stands in two columns, so that one that is gone is noticed.
 */
export const rows = {
  awkward: `
INSERT INTO "User" VALUES
  (101, 'ann@example.org', 'Ann of the long name', 'twelve words of a life', 'abcdefgh', 70123, 9007199254740993, 1007, 12345678.91, 0.1234567890123, 0.375,
   '2026-01-02 03:04:05.678901', '2026-02-03 04:05:06.789', '2026-03-04 05:06:07.891+00', '{"k":1}', ARRAY['one tag','two'], 'b7a3c1de-0000-4000-8000-0123456789ab', true),
  (102, 'bob@example.org', 'Ann of the long name', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "Post" VALUES (201, 'first title', 'same', 'a text', 'noted', 5000000001, 'GONE', 101), (202, 'second title', 'same', NULL, 'minded', 5000000002, 'LIVE', 102);
INSERT INTO "Label" VALUES (501);
INSERT INTO "_LabelToPost" VALUES (501, 201);
INSERT INTO "Log" VALUES (301, 'a message', 999), (302, NULL, NULL);
`,
  fitting: `
INSERT INTO "User" VALUES
  (1, 'e', 'n', 'o', 'c', 11, 12, 13, 14.5, 15.5, 16.5, '2026-01-02 00:00:00', '2026-01-03 00:00:00', '2026-01-04 00:00:00+00', '{}', '{}',
   'b7a3c1de-0000-4000-8000-0123456789ab', true);
INSERT INTO "Post" VALUES (21, 't', 's', '22', '23', 24, 'LIVE', 1);
INSERT INTO "Label" VALUES (51);
INSERT INTO "_LabelToPost" VALUES (51, 21);
INSERT INTO "Log" VALUES (31, 'm', 1);
`,
};
