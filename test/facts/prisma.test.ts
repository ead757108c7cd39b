import { describe, expect, test } from 'vitest';
import type { Span } from '../../src/base/span.ts';
import { extractPrisma } from '../../src/facts/prisma.ts';
import { mergePrisma } from '../../src/prisma/schema.ts';
import { checkExtractor } from './spans.ts';

const shop = `// backend-specialist-disable-file missing-index -- legacy
generator client {
  provider        = "prisma-client" // the new one
  output          = "../lib/generated/prisma"
  previewFeatures = ["strictUndefinedChecks", "views"]
}

datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
  schemas  = ["public", "audit"]
}

/// A person é.
/// Signs in.
model User {
  id       String    @id @default(cuid())
  email    String    @unique @db.VarChar(320) /// lower case
  role     Role      @default(USER) @map("user_role")
  accounts Account[]
  orders   Order[]
  members  Membership[]

  @@map("users")
  @@schema("public")
}

model Account {
  provider          String
  providerAccountId String
  userId            String
  user              User @relation(fields: [userId], references: [id], onDelete: Cascade)

  @@id([provider, providerAccountId])
}

model Order {
  id        Int         @id @default(autoincrement())
  userId    String      @map("user_id")
  user      User        @relation("placed", fields: [userId], references: [id])
  items     OrderItem[]
  note      String?
  tags      String[]
  raw       Unsupported("tsvector")?
  createdAt DateTime    @default(now())
  updatedAt DateTime    @updatedAt

  @@unique([id, userId], name: "mine")
  @@index([userId, createdAt(sort: Desc)], map: "order_by_user")
}

model OrderItem {
  orderId Int
  line    Int
  order   Order @relation(fields: [orderId], references: [id])
  @@id([orderId, line])
}

model Team {
  id       String       @id
  members  Membership[]
  projects Project[]
}

model Membership {
  id     String @id
  userId String
  teamId String
  user   User   @relation(fields: [userId], references: [id])
  team   Team   @relation(fields: [teamId], references: [id])
  @@unique([userId, teamId])
}

model Project {
  id     String @id
  teamId String
  team   Team   @relation(fields: [teamId], references: [id])
}

model Country {
  code String @id
  name String @unique
}

model Log {
  id      Int    @id
  message String
  userId  String?
}

enum Role {
  USER
  ADMIN @map("admin") /// may do all
  @@map("role_kind")
}
`;

const at = (text: string, span: Span): string => text.slice(span.start, span.end);

describe('extractPrisma', () => {
  const facts = extractPrisma(shop);
  const model = (name: string) => facts.models.find((candidate) => candidate.name === name);
  const field = (name: string, of: string) => model(of)?.fields.find((candidate) => candidate.name === name);

  test('reads models, maps, schemas and documentation', () => {
    expect(facts.problems).toEqual([]);
    expect(model('User')).toMatchObject({
      dbName: 'users',
      schema: 'public',
      doc: 'A person é.\nSigns in.',
      broken: false,
    });
    expect(model('Account')?.id?.fields).toEqual(['provider', 'providerAccountId']);
    expect(model('Order')?.uniques).toMatchObject([{ fields: ['id', 'userId'], name: 'mine' }]);
    expect(model('Order')?.indexes).toMatchObject([
      { fields: ['userId', 'createdAt'], map: 'order_by_user', partial: false },
    ]);
    expect(shop.charAt(model('Order')?.bodyEnd ?? 0)).toBe('}');
  });

  test('reads fields with their attributes', () => {
    expect(field('email', 'User')).toMatchObject({
      unique: true,
      doc: 'lower case',
      native: { name: 'VarChar', args: ['320'] },
    });
    expect(field('role', 'User')).toMatchObject({
      dbName: 'user_role',
      default: { kind: 'enum', raw: 'USER' },
    });
    expect(field('id', 'User')?.default).toMatchObject({ kind: 'client', raw: 'cuid()' });
    expect(field('id', 'Order')?.default?.kind).toBe('sequence');
    expect(field('createdAt', 'Order')?.default?.kind).toBe('database');
    expect(field('updatedAt', 'Order')?.updatedAt).toBe(true);
    expect(field('raw', 'Order')).toMatchObject({ type: 'Unsupported', optional: true });
    expect(field('tags', 'Order')).toMatchObject({ type: 'String', list: true });
    expect(field('user', 'Order')?.relation).toMatchObject({
      name: 'placed',
      fields: ['userId'],
      references: ['id'],
    });
    expect(field('user', 'Account')?.relation?.onDelete).toBe('Cascade');
  });

  test('spans are exact', () => {
    for (const item of facts.models) {
      expect(at(shop, item.nameSpan)).toBe(item.name);
      for (const f of item.fields) {
        expect(at(shop, f.nameSpan)).toBe(f.name);
        expect(at(shop, f.typeSpan)).toBe(f.type);
        expect(at(shop, f.span)).toMatch(new RegExp(`^${f.name}\\s[^/]*\\S$`));
        for (const attribute of f.attributes)
          expect(at(shop, attribute.span).startsWith(`@${attribute.name}`)).toBe(true);
      }
    }
    expect(at(shop, field('email', 'User')?.span ?? { start: 0, end: 0 })).toBe(
      'email    String    @unique @db.VarChar(320)',
    );
    for (const value of facts.enums[0]?.values ?? []) expect(at(shop, value.span)).toBe(value.name);
  });

  test('reads enums, generators and data sources', () => {
    expect(facts.enums[0]).toMatchObject({ name: 'Role', dbName: 'role_kind' });
    expect(facts.enums[0]?.values.map((value) => [value.name, value.dbName, value.doc])).toEqual([
      ['USER', undefined, undefined],
      ['ADMIN', 'admin', 'may do all'],
    ]);
    const [client] = facts.generators;
    expect(client).toMatchObject({
      provider: 'prisma-client',
      output: '../lib/generated/prisma',
      previewFeatures: ['strictUndefinedChecks', 'views'],
    });
    expect(client?.settings.map((setting) => at(shop, setting.valueSpan))).toEqual(
      client?.settings.map((setting) => setting.raw),
    );
    expect(facts.datasources[0]).toMatchObject({ provider: 'postgresql', schemas: ['public', 'audit'] });
    expect(facts.datasources[0]?.settings.find((setting) => setting.name === 'url')?.raw).toBe(
      'env("DATABASE_URL")',
    );
  });

  test('keeps comments, also for suppressions', () => {
    expect(facts.comments[0]).toMatchObject({
      text: 'backend-specialist-disable-file missing-index -- legacy',
      ownLine: true,
      doc: false,
    });
    expect(extractPrisma('model A {\n  url String @default("http://x") // real\n}').comments).toHaveLength(1);
  });

  test('one broken line costs that line', () => {
    const broken = shop.replace('note      String?', 'note      = String? {');
    const result = extractPrisma(broken);
    expect(result.problems).toHaveLength(1);
    const order = result.models.find((candidate) => candidate.name === 'Order');
    expect(order?.broken).toBe(true);
    expect(order?.fields.map((f) => f.name)).toEqual([
      'id',
      'userId',
      'user',
      'items',
      'tags',
      'raw',
      'createdAt',
      'updatedAt',
    ]);
    expect(order?.uniques[0]?.name).toBe('mine');
    for (const f of order?.fields ?? []) expect(at(broken, f.nameSpan)).toBe(f.name);
    expect(result.models.filter((candidate) => !candidate.broken)).toHaveLength(facts.models.length - 1);
  });

  test('a half-written field keeps its name and type', () => {
    const result = extractPrisma(
      'model A {\n  id Int @id\n  b String @default(\n}\nmodel B {\n  id Int @id\n}',
    );
    expect(result.models.map((item) => [item.name, item.fields.map((f) => `${f.name}:${f.type}`)])).toEqual([
      ['A', ['id:Int', 'b:String']],
      ['B', ['id:Int']],
    ]);
  });

  test('a missing brace does not swallow the next block', () => {
    const result = extractPrisma(
      'model A {\n  id Int @id\n\nmodel B {\n  id Int @id\n}\n\nmodel C\n  id Int\n}\nenum E { X }\n',
    );
    expect(result.models.map((item) => item.name)).toEqual(['A', 'B', 'C']);
    expect(result.enums[0]?.name).toBe('E');
  });

  test('any text gives spans inside the text and never throws', () => {
    checkExtractor(extractPrisma, shop, [
      'model ',
      'enum ',
      '{',
      '}',
      '@id',
      '@@map("x")',
      '//',
      '///',
      '(',
      '[',
      '?',
      '=',
    ]);
  });
});

describe('mergePrisma', () => {
  const schema = mergePrisma([
    { file: 'prisma/schema/a.prisma', facts: extractPrisma(shop.slice(0, shop.indexOf('model Order {'))) },
    { file: 'prisma/schema/b.prisma', facts: extractPrisma(shop.slice(shop.indexOf('model Order {'))) },
  ]);

  test('finds models by name, client accessor and table over files', () => {
    expect(schema.modelOf('orderItem')).toMatchObject({ name: 'OrderItem', file: 'prisma/schema/b.prisma' });
    expect(schema.modelOfTable('users')?.name).toBe('User');
    expect(schema.fieldOfColumn('Order', 'user_id')?.name).toBe('userId');
    expect(schema.modelOf('toString')).toBeUndefined();
  });

  test('resolves relations over files', () => {
    expect(schema.relationTarget('Account', 'user')?.name).toBe('User');
    expect(schema.isToMany('User', 'orders')).toBe(true);
    expect(schema.isToMany('Order', 'user')).toBe(false);
    expect(schema.isToMany('Order', 'tags')).toBe(false);
    expect(schema.inverse('Order', 'items')?.name).toBe('order');
  });

  test('knows what selects one row', () => {
    expect(schema.isUnique('User', ['email', 'role'])).toBe(true);
    expect(schema.isUnique('Membership', ['userId'])).toBe(false);
    expect(schema.isUnique('Membership', ['teamId', 'userId'])).toBe(true);
    expect(schema.isUnique('Order', ['mine'])).toBe(true);
    expect(schema.isUnique('OrderItem', ['orderId_line'])).toBe(true);
    expect(schema.isIndexed('OrderItem', 'orderId')).toBe(true);
    expect(schema.isIndexed('OrderItem', 'line')).toBe(false);
  });

  test('finds owners: direct, over parents, over a membership', () => {
    expect(schema.userModel?.name).toBe('User');
    expect(schema.ownerPath('Order')).toEqual({ path: ['user'], keys: ['userId'], via: 'direct' });
    expect(schema.ownerPath('OrderItem')).toEqual({
      path: ['order', 'user'],
      keys: ['orderId'],
      via: 'parent',
    });
    expect(schema.ownerPath('Team')).toEqual({
      path: ['members', 'user'],
      keys: [],
      via: 'membership',
      group: 'Team',
    });
    expect(schema.ownerPath('Project')).toMatchObject({
      path: ['team', 'members', 'user'],
      keys: ['teamId'],
      via: 'membership',
      group: 'Team',
    });
    expect(['User', 'Country', 'Log', 'Nothing'].filter((name) => schema.isOwned(name))).toEqual([]);
  });

  test('what people have done with a thing makes nobody its owner; a place in a group does', () => {
    const school = mergePrisma([
      {
        file: 'a',
        facts: extractPrisma(`
model User {
  id        String @id
  email     String @unique
  purchases Purchase[]
  progress  VideoProgress[]
  seats     CourseAccess[]
  staff     UserToSchool[]
  asked     SchoolMemberRequest[]
  accounts  Account[]
}
model Account {
  id     String @id
  userId String
  user   User   @relation(fields: [userId], references: [id])
}
model Course {
  id        String @id
  purchases Purchase[]
}
model Purchase {
  userId   String
  courseId String
  user     User   @relation(fields: [userId], references: [id])
  course   Course @relation(fields: [courseId], references: [id])
  @@unique([userId, courseId])
}
model Video {
  id       String @id
  progress VideoProgress[]
}
model VideoProgress {
  userId  String
  videoId String
  user    User   @relation(fields: [userId], references: [id])
  video   Video  @relation(fields: [videoId], references: [id])
  @@id([userId, videoId])
}
model Class {
  id    String @id
  seats Seat[]
}
model Seat {
  userId  String
  classId String
  role    String
  user    User   @relation(fields: [userId], references: [id])
  class   Class  @relation(fields: [classId], references: [id])
  @@id([userId, classId])
}
model School {
  id    String @id
  staff UserToSchool[]
}
model UserToSchool {
  id       String @id
  userId   String
  schoolId String
  canEdit  Boolean
  user     User   @relation(fields: [userId], references: [id])
  school   School @relation(fields: [schoolId], references: [id])
  @@unique([userId, schoolId])
}
model Club {
  id    String @id
  asked ClubMemberRequest[]
}
model ClubMemberRequest {
  userId String
  clubId String
  user   User @relation(fields: [userId], references: [id])
  club   Club @relation(fields: [clubId], references: [id])
  @@id([userId, clubId])
}
`),
      },
    ]);
    expect(['Course', 'Video', 'Class', 'School', 'Club'].filter((name) => school.isOwned(name))).toEqual([
      'Class',
      'School',
    ]);
  });

  test('the user model is the one that accounts belong to, whatever its name', () => {
    const renamed = mergePrisma([
      { file: 'a', facts: extractPrisma(shop.replaceAll(/\bUser\b/g, 'Customer')) },
    ]);
    expect(renamed.userModel?.name).toBe('Customer');
    expect(renamed.ownerPath('Order')?.keys).toEqual(['userId']);
  });

  test('tells lookup models from others', () => {
    expect(schema.models.filter((model) => schema.isLookup(model.name)).map((model) => model.name)).toEqual([
      'Country',
    ]);
  });
});
