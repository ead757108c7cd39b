/** Edits that people make to a schema: one table for the tests of the next migration, of the rule that tells of it, and of the editor. */

export interface SchemaEdit {
  name: string;
  /** Texts of the base and what takes their place, each once. */
  change: readonly (readonly [string, string])[];
  /** What the rule tells: message, severity and flagged text; empty for an edit that costs nothing. */
  told: readonly string[];
  /** What happens to rows: the first that fits. */
  effect: 'kept' | 'lost' | 'rejected';
}

export const schemaBase = `datasource db {
  provider = "postgresql"
}

enum Status {
  DRAFT
  LIVE
  GONE
}

model User {
  id       Int       @id @default(autoincrement())
  email    String
  name     String?
  age      Int?
  bio      String    @default("x")
  score    Int       @default(0)
  joined   DateTime  @default(now())
  posts    Post[]
  profile  Profile?
}

model Profile {
  id     Int    @id
  userId Int    @unique
  site   String @map("web_site")
  user   User   @relation(fields: [userId], references: [id])

  @@map("profiles")
}

model Post {
  id     Int      @id @default(autoincrement())
  title  String   @unique
  status Status   @default(DRAFT)
  body   String?
  views  BigInt   @default(0)
  price  Decimal  @default(0) @db.Decimal(10, 2)
  tags   String[]
  meta   Json?
  userId Int
  user   User     @relation(fields: [userId], references: [id])
  labels Label[]

  @@index([status])
}

model Label {
  id    Int    @id
  name  String
  posts Post[]
}

model Log {
  id  Int    @id
  msg String
}
`;

/** The migration that Prisma 7 writes for it. */
export const schemaBaseMigration = `-- CreateEnum
CREATE TYPE "Status" AS ENUM ('DRAFT', 'LIVE', 'GONE');

-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT,
    "age" INTEGER,
    "bio" TEXT NOT NULL DEFAULT 'x',
    "score" INTEGER NOT NULL DEFAULT 0,
    "joined" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profiles" (
    "id" INTEGER NOT NULL,
    "userId" INTEGER NOT NULL,
    "web_site" TEXT NOT NULL,

    CONSTRAINT "profiles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Post" (
    "id" SERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "status" "Status" NOT NULL DEFAULT 'DRAFT',
    "body" TEXT,
    "views" BIGINT NOT NULL DEFAULT 0,
    "price" DECIMAL(10,2) NOT NULL DEFAULT 0,
    "tags" TEXT[],
    "meta" JSONB,
    "userId" INTEGER NOT NULL,

    CONSTRAINT "Post_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Label" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "Label_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Log" (
    "id" INTEGER NOT NULL,
    "msg" TEXT NOT NULL,

    CONSTRAINT "Log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "_LabelToPost" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_LabelToPost_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "profiles_userId_key" ON "profiles"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Post_title_key" ON "Post"("title");

-- CreateIndex
CREATE INDEX "Post_status_idx" ON "Post"("status");

-- CreateIndex
CREATE INDEX "_LabelToPost_B_index" ON "_LabelToPost"("B");

-- AddForeignKey
ALTER TABLE "profiles" ADD CONSTRAINT "profiles_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_LabelToPost" ADD CONSTRAINT "_LabelToPost_A_fkey" FOREIGN KEY ("A") REFERENCES "Label"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_LabelToPost" ADD CONSTRAINT "_LabelToPost_B_fkey" FOREIGN KEY ("B") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;
`;

const lastOfPost = '  @@index([status])\n';

export const schemaEdits: readonly SchemaEdit[] = [
  // --- what is lost ---
  {
    name: 'drop a model',
    change: [['\nmodel Log {\n  id  Int    @id\n  msg String\n}\n', '']],
    told: ['dropTable error «db»'],
    effect: 'lost',
  },
  {
    name: 'rename a model',
    change: [['model Log {', 'model AuditLog {']],
    told: ['renameTable error «AuditLog»'],
    effect: 'lost',
  },
  {
    name: 'drop a many-to-many relation',
    change: [
      ['  labels Label[]\n', ''],
      ['  posts Post[]\n}\n\nmodel Log', '}\n\nmodel Log'],
    ],
    told: ['dropTable error «db»'],
    effect: 'lost',
  },
  {
    name: 'drop an optional field',
    change: [['  name     String?\n', '']],
    told: ['dropColumn error «User»'],
    effect: 'lost',
  },
  {
    name: 'drop a required field',
    change: [['  bio      String    @default("x")\n', '']],
    told: ['dropColumn error «User»'],
    effect: 'lost',
  },
  {
    name: 'rename an optional field',
    change: [['  name     String?', '  fullName String?']],
    told: ['renameColumn error «fullName»'],
    effect: 'lost',
  },
  {
    name: 'rename a required field',
    change: [['  email    String\n', '  eMail    String\n']],
    told: ['renameColumn error «eMail»'],
    effect: 'rejected',
  },
  {
    name: 'rename the column of a mapped field',
    change: [['@map("web_site")', '@map("site")']],
    told: ['renameColumn error «site»'],
    effect: 'rejected',
  },
  {
    name: 'String to Int',
    change: [['  body   String?', '  body   Int?']],
    told: ['recreateColumn error «body»'],
    effect: 'lost',
  },
  {
    name: 'required String to Int',
    change: [['  email    String\n', '  email    Int\n']],
    told: ['recreateColumn error «email»'],
    effect: 'rejected',
  },
  {
    name: 'String to an enum',
    change: [['  body   String?', '  body   Status?']],
    told: ['recreateColumn error «body»'],
    effect: 'lost',
  },
  {
    name: 'an enum to String',
    change: [['  status Status   @default(DRAFT)', '  status String   @default("x")']],
    told: ['recreateColumn error «status»'],
    effect: 'lost',
  },
  {
    name: 'an enum to a list of it',
    change: [['  status Status   @default(DRAFT)', '  status Status[]']],
    told: ['noCast warning «status»'],
    effect: 'rejected',
  },
  {
    name: 'scalar to list',
    change: [['  name     String?', '  name     String[]']],
    told: ['recreateColumn error «name»'],
    effect: 'lost',
  },
  {
    name: 'list to scalar',
    change: [['  tags   String[]', '  tags   String?']],
    told: ['narrowChanged error «tags»'],
    effect: 'lost',
  },
  {
    name: 'fewer decimals',
    change: [['@db.Decimal(10, 2)', '@db.Decimal(10, 1)']],
    told: ['narrowChanged error «price»'],
    effect: 'lost',
  },
  {
    name: 'a time to a date',
    change: [['  joined   DateTime  @default(now())', '  joined   DateTime  @default(now()) @db.Date']],
    told: ['narrowChanged error «joined»'],
    effect: 'lost',
  },
  {
    name: 'drop the relation and its key',
    change: [
      ['  userId Int\n  user   User     @relation(fields: [userId], references: [id])\n', ''],
      ['  posts    Post[]\n', ''],
    ],
    told: ['dropColumn error «Post»'],
    effect: 'lost',
  },
  {
    name: 'drop an enum and its field',
    change: [
      ['enum Status {\n  DRAFT\n  LIVE\n  GONE\n}\n', ''],
      ['  status Status   @default(DRAFT)\n', ''],
      [lastOfPost, ''],
    ],
    told: ['dropColumn error «Post»'],
    effect: 'lost',
  },
  {
    name: 'another id',
    change: [['  id  Int    @id\n  msg String', '  uid Int    @id\n  msg String']],
    told: ['renameColumn error «uid»'],
    effect: 'rejected',
  },
  // --- what rows can refuse ---
  {
    name: 'a shorter text',
    change: [['@default("x")', '@default("x") @db.VarChar(5)']],
    told: ['narrowRejected error «bio»'],
    effect: 'rejected',
  },
  {
    name: 'BigInt to Int',
    change: [['  views  BigInt ', '  views  Int ']],
    told: ['narrowRejected error «views»'],
    effect: 'rejected',
  },
  {
    name: 'remove an enum value',
    change: [['  GONE\n', '']],
    told: ['enumRemoved error «Status»'],
    effect: 'rejected',
  },
  {
    name: 'rename an enum value',
    change: [['  GONE\n', '  DELETED\n']],
    told: ['enumRenamed error «DELETED»'],
    effect: 'rejected',
  },
  {
    name: 'make a field required',
    change: [['  name     String?', '  name     String']],
    told: ['setRequired warning «name»'],
    effect: 'rejected',
  },
  {
    name: 'make a field required, with a default',
    change: [['  name     String?', '  name     String    @default("?")']],
    told: ['setRequired warning «name»'],
    effect: 'rejected',
  },
  {
    name: 'add a required field',
    change: [['  score    Int       @default(0)\n', '  score    Int       @default(0)\n  city     String\n']],
    told: ['addRequired warning «city»'],
    effect: 'rejected',
  },
  {
    name: 'add a field that Prisma Client fills',
    change: [
      [
        '  score    Int       @default(0)\n',
        '  score    Int       @default(0)\n  ref      String    @default(uuid())\n',
      ],
    ],
    told: ['addRequired warning «ref»'],
    effect: 'rejected',
  },
  {
    name: 'make a field unique',
    change: [['  email    String\n', '  email    String    @unique\n']],
    told: ['unique warning «email»'],
    effect: 'rejected',
  },
  {
    name: 'a unique of two fields',
    change: [['  profile  Profile?\n', '  profile  Profile?\n\n  @@unique([email, score])\n']],
    told: ['unique warning «@@unique([email, score])»'],
    effect: 'rejected',
  },
  {
    name: 'another field becomes the id',
    change: [['  id  Int    @id\n  msg String', '  id  Int\n  msg String @id']],
    told: ['unique warning «msg»'],
    effect: 'rejected',
  },
  {
    name: 'a relation over a field that is there',
    change: [
      ['  score    Int       @default(0)\n', '  score    Int       @default(0)\n  logs     Log[]\n'],
      [
        '  id  Int    @id\n  msg String',
        '  id  Int    @id\n  user User  @relation(fields: [id], references: [id])\n  msg String',
      ],
    ],
    told: ['foreignKey warning «@relation(fields: [id], references: [id])»'],
    effect: 'rejected',
  },
  // --- what deletes reach later ---
  {
    name: 'deletes begin to cascade',
    change: [
      [
        '  user   User     @relation(fields: [userId], references: [id])',
        '  user   User     @relation(fields: [userId], references: [id], onDelete: Cascade)',
      ],
    ],
    told: ['cascade warning «@relation(fields: [userId], references: [id], onDelete: Cascade)»'],
    effect: 'kept',
  },
  // --- what costs nothing ---
  {
    name: 'add an optional field',
    change: [
      ['  score    Int       @default(0)\n', '  score    Int       @default(0)\n  city     String?\n'],
    ],
    told: [],
    effect: 'kept',
  },
  {
    name: 'add a field with a default',
    change: [
      [
        '  score    Int       @default(0)\n',
        '  score    Int       @default(0)\n  city     String    @default("")\n',
      ],
    ],
    told: [],
    effect: 'kept',
  },
  {
    name: 'add a field that the database fills',
    change: [
      [
        '  score    Int       @default(0)\n',
        '  score    Int       @default(0)\n  ref      String    @default(dbgenerated("gen_random_uuid()")) @db.Uuid\n',
      ],
    ],
    told: [],
    effect: 'kept',
  },
  {
    name: 'rename a field, keeping its column',
    change: [['  name     String?', '  fullName String?   @map("name")']],
    told: [],
    effect: 'kept',
  },
  {
    name: 'rename a model, keeping its table',
    change: [
      ['  msg String\n}', '  msg String\n\n  @@map("Log")\n}'],
      ['model Log {', 'model AuditLog {'],
    ],
    told: [],
    effect: 'kept',
  },
  {
    name: 'add a model',
    change: [['model Log {', 'model Note {\n  id   Int    @id\n  text String @unique\n}\n\nmodel Log {']],
    told: [],
    effect: 'kept',
  },
  {
    name: 'add an index',
    change: [[lastOfPost, `${lastOfPost}  @@index([userId, views(sort: Desc)])\n`]],
    told: [],
    effect: 'kept',
  },
  { name: 'drop an index', change: [[lastOfPost, '']], told: [], effect: 'kept' },
  { name: 'drop a unique', change: [['  @unique\n  status', '\n  status']], told: [], effect: 'kept' },
  { name: 'add an enum value', change: [['  GONE\n', '  GONE\n  HELD\n']], told: [], effect: 'kept' },
  {
    name: 'make a field optional',
    change: [['  email    String\n', '  email    String?\n']],
    told: [],
    effect: 'kept',
  },
  { name: 'Int to BigInt', change: [['  score    Int ', '  score    BigInt ']], told: [], effect: 'kept' },
  { name: 'Int to String', change: [['  age      Int?', '  age      String?']], told: [], effect: 'kept' },
  { name: 'another default', change: [['@default("x")', '@default("y")']], told: [], effect: 'kept' },
  { name: 'drop a default', change: [['    @default("x")', '']], told: [], effect: 'kept' },
  {
    name: 'an optional relation',
    change: [
      ['  profile  Profile?\n', '  profile  Profile?\n  logs     Log[]\n'],
      [
        '  msg String\n}',
        '  msg String\n  userId Int?\n  user   User? @relation(fields: [userId], references: [id])\n}',
      ],
    ],
    told: [],
    effect: 'kept',
  },
];

/** The base after an edit. Throws where the base has no such text. */
export function editedSchema(edit: SchemaEdit): string {
  return edit.change.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${edit.name}: the base has no ${JSON.stringify(from)}`);
    return text.replace(from, () => to);
  }, schemaBase);
}
